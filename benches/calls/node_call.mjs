// One call of the fixture plan from Node, against what JSON alone costs, in one process.
//
// `node benches/calls/node_call.mjs`, after `npm run build`; GUERDON_NODE names the package's folder if it is
// not bindings-node of this checkout. Prints one line of JSON, in nanoseconds a call:
//
// - json_ns: `JSON.stringify` of the event and `JSON.parse` of the outcome's text, and nothing else;
// - evaluate_ns: `plan.evaluate(event, state)` with objects that are there already;
// - explain_ns: the same with its explanation, for comparison;
// - addon_ns: a call into the addon that does nothing, `roster.size`;
// - text_ns: the addon alone, from the event's text to the outcome's lines.
//
// They are timed in turns, so that a busy machine is busy for all of them, in batches so short that it leaves
// some of them alone; the median and the fastest batch are told.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const here = import.meta.dirname;
const folder = path.resolve(process.env.GUERDON_NODE ?? path.join(here, '../../bindings-node'));
const require = createRequire(path.join(folder, 'index.cjs'));
const { Plan, Roster } = require('./index.cjs');
const native = require('./native.cjs');

const fixture = (name) => readFileSync(path.join(here, '../fixtures', name), 'utf8');
const event = JSON.parse(fixture('event.json'));
const plan = new Plan(fixture('plan.json'));
const state = plan.newState();
const roster = new Roster([]);

const addonPlan = new native.Plan(fixture('plan.json'));
const addonState = addonPlan.newState();
const addonRoster = new native.Roster('[]');
const numbers = [addonPlan, addonState, addonRoster].map((object) => object.number());
const addonEvaluate = () => native.evaluate(eventText, numbers[0], numbers[1], numbers[2], false);
const eventText = JSON.stringify(event);
const outcomeText = JSON.stringify(plan.evaluate(event, state));

const jobs = {
  json_ns: () => JSON.stringify(event).length + JSON.parse(outcomeText).lines.length,
  evaluate_ns: () => plan.evaluate(event, state).lines.length,
  explain_ns: () => plan.evaluate(event, state, { roster, explain: true }).steps.length,
  addon_ns: () => roster.size,
  text_ns: () => addonEvaluate().length,
};

const BATCHES = 1_500;
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

const told = { language: 'node' };
for (const [name, list] of Object.entries(times)) {
  list.sort((a, b) => a - b);
  told[name] = Math.round(list[list.length >> 1]);
  told[name.replace('_ns', '_fastest_ns')] = Math.round(list[0]);
}
console.log(JSON.stringify({ ...told, calls: BATCHES * CALLS, seen }));
