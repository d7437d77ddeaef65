// One event of a plan of twenty rules from Node, in guerdon and written by hand with decimal.js.
//
// `node benches/calls/rules_call.mjs`, after `npm run build` in bindings-node and `npm install` here; GUERDON_NODE
// names the package's folder if it is not bindings-node of this checkout. Prints one line of JSON, in nanoseconds
// an event:
//
// - guerdon_ns: `plan.evaluate(event, state)`;
// - by_hand_ns: the same rules in by_hand.mjs, which give lines with amounts and dates;
// - by_hand_ids_ns: the same, each line with an id that follows from its cause, as guerdon's have;
// - explain_ns: `plan.evaluate` with its explanation.
//
// Before, both go through the same 5,000 orders, and every line has to be the same to the cent. They are timed in
// turns, so that a busy machine is busy for all of them; the median and the fastest batch are told.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { ByHand, withIds } from './by_hand.mjs';

const here = import.meta.dirname;
const folder = path.resolve(process.env.GUERDON_NODE ?? path.join(here, '../../bindings-node'));
const { Plan, Roster } = createRequire(path.join(folder, 'index.cjs'))('./index.cjs');
const fixture = (name) => readFileSync(path.join(here, '../fixtures', name), 'utf8');
const plan = new Plan(fixture('twenty_rules.json'));
const event = JSON.parse(fixture('twenty_event.json'));
const roster = new Roster([]);

function sameToTheCent() {
  let seed = 7;
  const draw = (list) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return list[seed % list.length];
  };
  const [state, hand] = [plan.newState(), new ByHand()];
  for (let number = 0; number < 5_000; number += 1) {
    const order = {
      id: `order-${number}`,
      kind: 'sale',
      at: `2026-${draw(['10', '11'])}-${draw(['03', '17', '28'])}T10:00:00Z`,
      partner: draw(['ada', 'bob', 'eve']),
      customer: 'c',
      amount: { amount: `${draw([3, 49, 50, 99, 100, 129, 999, 1000, 7000])}.${draw(['00', '01', '37', '99'])}`, currency: 'USD' },
      category: draw(['audio', 'books', 'games', 'garden', 'sports', 'gift-card', 'toys']),
      country: draw(['DE', 'AT', 'CH', 'SE', 'US', 'JP', 'FR']),
      new_customer: draw([true, false]),
      facts: { 'order.channel': { string: draw(['mobile', 'subscription', 'wholesale', 'web']) } },
    };
    const theirs = hand.evaluate(order);
    const ours = plan.evaluate(order, state);
    const told = ({ lines, total }) => [total.amount, ...lines.map((line) => `${line.rule} ${line.amount.amount}`)];
    const paid = { ...ours, lines: ours.lines.filter((line) => line.kind === 'commission') };
    assert.deepEqual(told(paid), told(theirs), JSON.stringify(order));
  }
}
sameToTheCent();

const [state, hand, handIds, explained] = [plan.newState(), new ByHand(), new ByHand(), plan.newState()];
const jobs = {
  guerdon_ns: () => plan.evaluate(event, state).lines.length,
  by_hand_ns: () => hand.evaluate(event).lines.length,
  by_hand_ids_ns: () => withIds(handIds.evaluate(event)).lines.length,
  explain_ns: () => plan.evaluate(event, explained, { roster, explain: true }).steps.length,
};

const BATCHES = 1_000;
const CALLS = 100;
let seen = 0;

function batch(job) {
  const started = process.hrtime.bigint();
  for (let call = 0; call < CALLS; call += 1) seen += job();
  return Number(process.hrtime.bigint() - started) / CALLS;
}

const times = Object.fromEntries(Object.keys(jobs).map((name) => [name, []]));
for (let turn = -BATCHES / 5; turn < BATCHES; turn += 1) {
  for (const [name, job] of Object.entries(jobs)) {
    const taken = batch(job);
    if (turn >= 0) times[name].push(taken);
  }
}

const told = { language: 'node', rules: 20 };
for (const [name, list] of Object.entries(times)) {
  list.sort((a, b) => a - b);
  told[name] = Math.round(list[list.length >> 1]);
  told[name.replace('_ns', '_fastest_ns')] = Math.round(list[0]);
}
told.ratio = Number((told.guerdon_ns / told.by_hand_ns).toFixed(2));
console.log(JSON.stringify({ ...told, calls: BATCHES * CALLS, seen }));
