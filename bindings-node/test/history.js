// A plan with a bit of everything, and histories of random orders and refunds for it, as events and as columns.

export const document = {
  format: 'guerdon.plan/1',
  id: 'shop',
  version: 3,
  currency: 'EUR',
  zone: 'Europe/Berlin',
  facts: {
    'order.channel': { type: 'string' },
    'order.weight': { type: 'decimal' },
    'order.paid_on': { type: 'date' },
    'order.shipping': { type: 'money' },
    'order.parcels': { type: 'integer' },
    'order.promised': { type: 'instant' },
  },
  ladder: {
    measure: 'volume',
    window: { type: 'calendar', unit: 'month' },
    tiers: { levels: [{ id: 'silver', from: '0' }, { id: 'gold', from: '400' }] },
  },
  schedules: {
    monthly: {
      measure: 'volume',
      window: { type: 'calendar', unit: 'month' },
      rates: {
        mode: 'marginal',
        steps: [{ from: '0', rate: { percent: '5' } }, { from: '400', rate: { percent: '7' } }],
      },
    },
  },
  groups: [
    {
      id: 'orders',
      combine: 'first',
      rules: [
        {
          id: 'heavy',
          priority: 4,
          when: { op: 'gt', args: [{ fact: 'order.weight' }, { decimal: '19.5' }] },
          pay: { type: 'per_unit', amount: '0.35' },
        },
        {
          id: 'late',
          priority: 3,
          when: { op: 'gte', args: [{ fact: 'order.paid_on' }, { date: '2026-03-10' }] },
          pay: { type: 'percent', rate: { percent: '1' } },
        },
        {
          id: 'overdue',
          priority: 2,
          when: { op: 'lt', args: [{ fact: 'order.promised' }, { instant: '2026-02-10T00:00:00Z' }] },
          pay: { type: 'percent', rate: { percent: '2' } },
        },
        {
          id: 'new',
          priority: 1,
          when: { fact: 'customer.new' },
          pay: {
            type: 'by_tier',
            tiers: { gold: { type: 'percent', rate: { percent: '12' } } },
            otherwise: { type: 'flat', amount: '2.50' },
          },
        },
        { id: 'rest', pay: { type: 'schedule', schedule: 'monthly' } },
      ],
    },
  ],
  multipliers: [
    {
      id: 'app',
      factor: { ratio: '3/2' },
      when: { op: 'eq', args: [{ fact: 'order.channel' }, { string: 'app' }] },
    },
    {
      id: 'free-shipping',
      factor: { ratio: '9/10' },
      when: { op: 'lt', args: [{ fact: 'order.shipping' }, { money: { amount: '1.00', currency: 'EUR' } }] },
    },
    { id: 'parcels', factor: { ratio: '2' }, when: { op: 'gte', args: [{ fact: 'order.parcels' }, { integer: 4 }] } },
  ],
  caps: [
    { id: 'order', scope: 'order', max: '15.00' },
    { id: 'monthly', scope: 'partner', max: '60.00', window: { type: 'calendar', unit: 'month' } },
  ],
  overrides: [
    { id: 'up', level: 1, of: 'commission', rate: { percent: '10' } },
    { id: 'up-up', level: 2, of: 'sale', rate: { percent: '1' } },
  ],
};

export const partners = [
  { id: 'p1', sponsor: 'p0' },
  { id: 'p2', sponsor: 'p1' },
  { id: 'p3', status: 'closed' },
  { id: 'p4', sponsor: 'p2' },
];

export const euros = (minor) => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
export const money = (minor) => ({ amount: euros(minor), currency: 'EUR' });
export const minor = ({ amount }) => Number(amount.replace('.', ''));

/** Numbers below a bound, the same in each run of a seed (mulberry32). */
export function dice(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const START = Date.parse('2026-01-30T00:00:00Z');
const day = (ms) => new Date(ms).toISOString().slice(0, 10);

/** Orders in the order of time, some of which give back a part of an earlier one. */
export function orders(count, seed, { refunds = true } = {}) {
  const draw = dice(seed);
  const some = (value) => (draw(10) < 8 ? value : null);
  const left = new Map();
  const made = [];
  for (let row = 0; row < count; row += 1) {
    const at = START + row * 3 * 3_600_000 + draw(1_000);
    const refunded = refunds && row > 5 && draw(5) === 0 ? draw(row) : -1;
    const amount = 100 + draw(40_000);
    const order = {
      at,
      partner: `p${draw(6)}`,
      amount,
      net: draw(amount),
      quantity: 1 + draw(8),
      kind: ['sale', 'sale', 'renewal', 'lead'][draw(4)],
      channel: some(['app', 'web'][draw(2)]),
      weight: some(euros(draw(2_500))),
      paidOn: some(day(START + draw(60) * 86_400_000)),
      shipping: some(draw(500)),
      parcels: some(1 + draw(5)),
      promised: some(START + draw(30) * 86_400_000),
      fresh: some(draw(10) < 3),
      refundOf: -1,
    };
    if (left.get(refunded) > 0) {
      order.refundOf = refunded;
      order.partner = made[refunded].partner;
      order.amount = draw(3) === 0 ? left.get(refunded) : 1 + draw(left.get(refunded));
      left.set(refunded, left.get(refunded) - order.amount);
    } else {
      left.set(row, amount);
    }
    made.push(order);
  }
  return made;
}

export function eventOf(order, row) {
  const facts = {
    'order.channel': order.channel === null ? null : { string: order.channel },
    'order.weight': order.weight === null ? null : { decimal: order.weight },
    'order.paid_on': order.paidOn === null ? null : { date: order.paidOn },
    'order.shipping': order.shipping === null ? null : { money: money(order.shipping) },
    'order.parcels': order.parcels === null ? null : { integer: order.parcels },
    'order.promised': order.promised === null ? null : { instant: new Date(order.promised) },
  };
  return {
    id: String(row),
    kind: order.kind,
    at: new Date(order.at),
    partner: order.partner,
    amount: money(order.amount),
    net: money(order.net),
    quantity: order.quantity,
    ...(order.fresh === null ? {} : { new_customer: order.fresh }),
    facts: Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null)),
  };
}

const wide = (list, each) => BigInt64Array.from(list, (one) => BigInt(each(one)));
const nullable = (list, of, each) => ({
  values: wide(list, (one) => (of(one) === null ? 0 : each(of(one)))),
  valid: Uint8Array.from(list, (one) => (of(one) === null ? 0 : 1)),
});

export const micros = (ms) => BigInt(ms) * 1_000n;

export function columnsOf(list) {
  return {
    at: BigInt64Array.from(list, ({ at }) => micros(at)),
    partner: list.map(({ partner }) => partner),
    amount_minor: wide(list, ({ amount }) => amount),
    net_minor: wide(list, ({ net }) => net),
    quantity: Int32Array.from(list, ({ quantity }) => quantity),
    kind: {
      codes: Uint8Array.from(list, ({ kind }) => ['lead', 'sale', 'renewal'].indexOf(kind)),
      words: ['lead', 'sale', 'renewal'],
    },
    refund_of: wide(list, ({ refundOf }) => refundOf),
    'order.channel': list.map(({ channel }) => channel),
    'order.weight': list.map(({ weight }) => weight),
    'order.paid_on': list.map(({ paidOn }) => paidOn),
    'order.shipping_minor': nullable(list, ({ shipping }) => shipping, (value) => value),
    'order.parcels': nullable(list, ({ parcels }) => parcels, (value) => value),
    'order.promised': nullable(list, ({ promised }) => promised, micros),
    'customer.new': {
      values: Uint8Array.from(list, ({ fresh }) => Number(fresh ?? 0)),
      valid: Uint8Array.from(list, ({ fresh }) => Number(fresh !== null)),
    },
    note: 'nobody reads this',
  };
}

/** What a run of the orders should earn, from `evaluate` and `refund` one by one. */
export function oneByOne(plan, state, roster, list) {
  const commission = [];
  const lost = [];
  const overrides = [];
  const posted = new Map();
  list.forEach((order, row) => {
    const refunding = order.refundOf >= 0;
    const lines = posted.get(order.refundOf) ?? [];
    let outcome = { lines: [], lost: [] };
    if (!refunding) {
      outcome = plan.evaluate(eventOf(order, row), state, { roster });
      posted.set(row, outcome.lines);
    } else if (lines.length > 0) {
      const refund = {
        id: String(row),
        at: new Date(order.at),
        event: String(order.refundOf),
        amount: money(order.amount),
      };
      outcome = plan.refund(refund, lines, state, { roster });
      posted.set(order.refundOf, [...lines, ...outcome.lines]);
    }
    const sum = (amounts) => amounts.reduce((all, { amount }) => all + minor(amount), 0);
    commission.push(sum(outcome.lines.filter(({ level }) => level === 0)));
    lost.push(sum(outcome.lost));
    for (const line of outcome.lines.filter(({ level }) => level > 0)) {
      overrides.push({ row, partner: line.partner, level: line.level, amount: minor(line.amount) });
    }
  });
  return { commission, lost, overrides };
}

/** What a run earned, in the same form. */
export function told({ commission_minor, lost_minor, overrides }) {
  const { row, partner, level, amount_minor } = overrides;
  return {
    commission: Array.from(commission_minor, Number),
    lost: Array.from(lost_minor, Number),
    overrides: Array.from(row, (each, entry) => ({
      row: each,
      partner: partner.words[partner.codes[entry]],
      level: level[entry],
      amount: Number(amount_minor[entry]),
    })),
  };
}

/** The sums of a state, row by row. */
export function totalled(totals) {
  const word = ({ codes, words }, row) => words[codes[row]] ?? null;
  const number = ({ values, valid }, row) => (valid[row] ? values[row] : null);
  return Array.from(totals.ordinal, (ordinal, row) => ({
    meter: word(totals.meter, row),
    key: word(totals.key, row),
    ordinal,
    window: word(totals.window, row),
    start: number(totals.window_start, row),
    end: number(totals.window_end, row),
    measure: number(totals.measure, row) ?? word(totals.measure_exact, row),
    paid: totals.paid_minor[row],
  }));
}
