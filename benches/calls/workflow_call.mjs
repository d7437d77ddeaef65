// One event of a chart of 20 states from Node, with its snapshot stored as JSON each time, here and in XState 5.
//
// `node benches/calls/workflow_call.mjs`, after `npm run build` in bindings-node and `npm install` in
// tests/statecharts. Prints one line of JSON, in nanoseconds an event:
//
// - guerdon_ns: the snapshot's text goes into `workflow.apply` and the new one comes out of it;
// - xstate_ns: `JSON.parse` of the snapshot, `transition`, `JSON.stringify` of the new one;
// - call_ns: `call('workflow.apply', ..)`, which compiles the document each time;
// - xstate_memory_ns: `transition` alone, its snapshot never stored.
//
// They are timed in turns, so that a busy machine is busy for all of them; the median and the fastest
// batch are told. Before, both walk the same way and have to be in the same states.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const here = import.meta.dirname;
const folder = path.resolve(process.env.GUERDON_NODE ?? path.join(here, '../../bindings-node'));
const { Workflow, workflow: operations } = createRequire(path.join(folder, 'index.cjs'))('./index.cjs');
const { createMachine, initialTransition, transition } = createRequire(path.join(here, '../../tests/statecharts/package.json'))('xstate');

const document = JSON.parse(readFileSync(path.join(here, '../fixtures/workflow.json'), 'utf8'));
const workflow = new Workflow(document);

/** The same chart for XState; what the fixture has, and nothing else. */
function theirs({ id, states = [], transitions = [], entry = [] }) {
  const on = {};
  for (const { event, to, when } of transitions) {
    const guard = when && (({ event: { level } }) => level !== undefined && level >= when.args[1].integer);
    (on[event] ??= []).push({ target: to.map((state) => `#${state}`), reenter: true, ...(guard && { guard }) });
  }
  return {
    id,
    on,
    entry: entry.map(({ effect }) => ({ type: effect.kind, params: { stage: effect.payload.stage.integer } })),
    ...(states.length && { initial: states[0].id, states: Object.fromEntries(states.map((one) => [one.id, theirs(one)])) }),
  };
}

const machine = createMachine(theirs(document));
const at = '2026-11-20T09:00:00Z';
const next = { type: 'event', name: 'next' };

let ours = workflow.start('i', at).snapshot.toJson();
let [memory] = initialTransition(machine);
let text = JSON.stringify(memory);
let called = operations.start({ workflow: document, instance: 'i', at }).snapshot;

const jobs = {
  guerdon_ns: () => {
    ours = workflow.apply(ours, next, at).snapshot.toJson();
    return ours.length;
  },
  xstate_ns: () => {
    const [snapshot] = transition(machine, machine.resolveState(JSON.parse(text)), { type: 'next' });
    text = JSON.stringify(snapshot);
    return text.length;
  },
  xstate_memory_ns: () => {
    [memory] = transition(machine, memory, { type: 'next' });
    return 1;
  },
  call_ns: () => {
    called = JSON.parse(JSON.stringify(operations.apply({ workflow: document, snapshot: called, event: next, at }).snapshot));
    return 1;
  },
};

const leaf = (value) => (typeof value === 'string' ? value : leaf(Object.values(value)[0]));
for (let step = 0; step < 100; step += 1) {
  const [states, , value] = [workflow.apply(ours, next, at).states, jobs.guerdon_ns(), jobs.xstate_ns() && JSON.parse(text).value];
  assert.deepEqual(states, [leaf(value)]);
}

const BATCHES = 300;
const CALLS = { guerdon_ns: 100, xstate_ns: 100, xstate_memory_ns: 100, call_ns: 5 };
let seen = 0;

function batch(name) {
  const started = process.hrtime.bigint();
  for (let call = 0; call < CALLS[name]; call += 1) seen += jobs[name]();
  return Number(process.hrtime.bigint() - started) / CALLS[name];
}

const times = Object.fromEntries(Object.keys(jobs).map((name) => [name, []]));
for (let turn = -BATCHES / 5; turn < BATCHES; turn += 1) {
  for (const name of Object.keys(jobs)) {
    const taken = batch(name);
    if (turn >= 0) times[name].push(taken);
  }
}

const told = {};
for (const [name, list] of Object.entries(times)) {
  list.sort((a, b) => a - b);
  told[name] = Math.round(list[list.length >> 1]);
  told[name.replace('_ns', '_fastest_ns')] = Math.round(list[0]);
}
console.log(JSON.stringify({ ...told, ratio: Number((told.xstate_ns / told.guerdon_ns).toFixed(1)), seen }));
