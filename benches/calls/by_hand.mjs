// The twenty rules of benches/fixtures/twenty_rules.json, written by hand with decimal.js at its best.
//
// Constants are made once, conditions are plain comparisons that stop where they are decided, an amount is
// parsed once, nothing is computed that no rule pays, and what is kept of a partner is one number a month.
// `evaluate` gives the lines with their amounts and dates; `withIds` also gives each line the id that
// guerdon derives (UUIDv5), by which a host knows a retry.

import { createHash } from 'node:crypto';
import { Decimal } from 'decimal.js';

const d = (text) => new Decimal(text);
const ZERO = d(0);
const [P3, P4, P5, P4_5, P20, P1_5] = ['0.03', '0.04', '0.05', '0.045', '0.2', '0.015'].map(d);
const [P1, P0_75, P2, P0_333, P0_5, P1_25] = ['0.01', '0.0075', '0.02', '0.00333', '0.005', '0.0125'].map(d);
const [M1, M5, M25, M0_75, M2, M0_10] = ['1', '5', '25', '0.75', '2', '0.1'].map(d);
const [D50, D100, D1000, D5000] = [50, 100, 1000, 5000].map(d);
const CAP = d(250);
const STEPS = [
  { from: ZERO, to: D1000, rate: P4 },
  { from: D1000, to: D5000, rate: d('0.06') },
  { from: D5000, to: null, rate: d('0.08') },
];
const OVERSEAS = new Set(['JP', 'AU', 'NZ']);
const NORDIC = new Set(['SE', 'NO', 'DK', 'FI']);
const DACH = new Set(['DE', 'AT', 'CH']);
const SPRING = new Set(['garden', 'audio', 'sports']);
const HOLD_MS = 30 * 86_400_000;

/** What a month's volume earns more by an amount. */
function scheduled(before, amount) {
  const after = before.plus(amount);
  let sum = ZERO;
  for (const { from, to, rate } of STEPS) {
    if (after.lte(from)) break;
    const lower = before.gt(from) ? before : from;
    const upper = to !== null && after.gt(to) ? to : after;
    if (upper.gt(lower)) sum = sum.plus(upper.minus(lower).times(rate));
  }
  return sum;
}

export class ByHand {
  constructor() {
    this.volume = new Map();
  }

  evaluate(event) {
    const { category, country, new_customer: isNew, partner, at } = event;
    const channel = event.facts?.['order.channel']?.string;
    const amount = d(event.amount.amount);
    const paid = [];
    const pay = (rule, exact) => paid.push({ rule, exact });

    if (category === 'gift-card') pay('gift-cards', M1);
    else if (OVERSEAS.has(country)) pay('overseas', amount.times(P3));
    else if (category === 'books') pay('books', amount.times(P4));
    else if (category === 'games' && (country === 'US' || country === 'CA')) pay('games', amount.times(P5));
    else if (category === 'garden') pay('garden', amount.times(P4_5));
    else if (channel === 'subscription') pay('subscriptions', amount.times(P20));
    else if (channel === 'wholesale') pay('wholesale', amount.times(P1_5));
    else {
      const month = `${partner} ${at.slice(0, 7)}`;
      const before = this.volume.get(month) ?? ZERO;
      this.volume.set(month, before.plus(amount));
      pay('by-month', scheduled(before, amount));
    }

    if (isNew) pay('new-customer', M5);
    if (amount.gte(D100)) {
      pay('large', amount.times(P1));
      if (amount.gte(D1000)) {
        pay('very-large', amount.times(P0_75));
        if (amount.gte(D5000)) pay('huge', M25);
      }
    }
    if (category === 'audio') pay('audio-weeks', amount.times(P2));
    if (NORDIC.has(country)) pay('nordic', M0_75);
    if (DACH.has(country)) pay('dach', amount.times(P0_333));
    if (channel === 'mobile') pay('mobile', amount.times(P0_5));

    let best = { rule: 'staple', exact: M0_10 };
    const offer = (rule, exact) => {
      if (exact.gt(best.exact) || (best.rule === 'staple' && exact.eq(best.exact))) best = { rule, exact };
    };
    if (isNew && amount.gte(D50)) offer('welcome', amount.times(P3));
    if (SPRING.has(category)) offer('spring', amount.times(P1_25));
    if (category === 'audio' && (country === 'DE' || country === 'AT')) offer('dach-audio', M2);
    paid.push(best);
    return this.#lines(event, paid, amount);
  }

  /** Rounded once for the order; the lines get whole cents that add up, the largest remainders first. */
  #lines(event, paid, amount) {
    let sum = ZERO;
    for (const { exact } of paid) sum = sum.plus(exact);
    const cut = sum.gt(CAP);
    const total = (cut ? CAP : sum).toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
    let left = total.times(100).toNumber();
    for (const line of paid) {
      const cents = (cut ? line.exact.times(CAP).div(sum) : line.exact).times(100);
      const whole = cents.floor();
      line.cents = whole.toNumber();
      line.rest = cents.minus(whole);
      left -= line.cents;
    }
    if (left > 0) {
      const order = paid.map((_, at) => at).sort((one, other) => paid[other].rest.cmp(paid[one].rest) || one - other);
      for (let at = 0; at < left; at += 1) paid[order[at]].cents += 1;
    }
    const { currency } = event.amount;
    const payableAt = new Date(Date.parse(event.at) + HOLD_MS).toISOString();
    const base = { amount: amount.toFixed(2), currency };
    const lines = paid.map(({ rule, cents }) => ({
      event: event.id,
      partner: event.partner,
      rule,
      amount: { amount: (cents / 100).toFixed(2), currency },
      base,
      at: event.at,
      payable_at: payableAt,
    }));
    return { lines, total: { amount: total.toFixed(2), currency } };
  }
}

const NAMESPACE = Buffer.from('d3ee7711a85e4d939f600759608e54cf', 'hex');

/** The same, each line with an id that follows from its cause. */
export function withIds(outcome) {
  for (const line of outcome.lines) {
    const bytes = createHash('sha1').update(NAMESPACE).update(`4:line${line.event}:${line.rule}`).digest();
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = bytes.toString('hex', 0, 16);
    line.id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
  return outcome;
}
