// Random charts in XState 5 and here: the same configurations, and the same actions in the same order.
//
// XState differs from SCXML, and so from us, in three things, which the charts are made around:
//
// - Where a transition leads from one branch of a parallel state into another, or a history into all of them, the
//   parallel state itself stays. Its states come out alike, its own actions do not; so charts with such transitions are
//   compared by their states alone.
// - Directly inside another parallel state, it would then reset its neighbours here and not there. None is made.
// - A state around a parallel one is asked for a transition only if no branch has one; in SCXML each branch asks by
//   itself. So what is inside a parallel state waits for other events than what is around it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { createMachine, initialTransition, transition } from 'xstate';

import { Instance } from './guerdon.js';

const CHARTS = Number(process.env.CHARTS ?? 400);
const EVENTS = ['e0', 'e1', 'e2', 'e3'];

/** Numbers that follow from a seed (mulberry32). */
function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (most) => Math.floor(next() * most), oneIn: (most) => next() * most < 1 };
}

/** A random tree of states, each with its number in document order. */
function tree({ below, oneIn }, crossing) {
  const all = [];
  const grow = (parent, depth, parallelParent) => {
    const node = { id: `s${all.length}`, parent, inner: [], kind: 'state', transitions: [] };
    all.push(node);
    const children = depth < 4 && !oneIn(2 + depth) ? 1 + below(3) : 0;
    if (children > 1 && !parallelParent && oneIn(2)) node.kind = 'parallel';
    for (let child = 0; child < children; child += 1) node.inner.push(grow(node, depth + 1, node.kind === 'parallel'));
    if (children && node.kind === 'state') {
      if (oneIn(3)) node.inner.push(leaf(node, 'final'));
      if (oneIn(3)) node.inner.push(leaf(node, oneIn(2) ? 'history' : 'deep_history'));
      const real = node.inner.filter(({ kind }) => !kind.endsWith('history'));
      if (oneIn(2)) node.initial = real[below(real.length)].id;
    }
    return node;
  };
  const leaf = (parent, kind) => {
    const node = { id: `s${all.length}`, parent, inner: [], kind, transitions: [] };
    all.push(node);
    return node;
  };
  const roots = Array.from({ length: 2 + below(3) }, () => grow(undefined, 0, false));
  if (oneIn(2)) roots.push(leaf(undefined, 'final'));

  const around = (node) => (node ? [node, ...around(node.parent)] : []);
  const meet = (one, two) => around(one.parent).find((outer) => around(two.parent).includes(outer));
  const holds = (node) => node.kind === 'parallel' || node.inner.some(holds);
  const crosses = (node, target) => meet(node, target)?.kind === 'parallel'
    || (target.kind.endsWith('history') && holds(target.parent));
  for (const node of all) {
    if (!['state', 'parallel'].includes(node.kind)) continue;
    const level = around(node.parent).filter(({ kind }) => kind === 'parallel').length;
    const awaited = holds(node) ? EVENTS.slice(level, level + 1) : EVENTS.slice(level);
    for (let count = below(4); count > 0; count -= 1) {
      const target = all[below(all.length)];
      if (!crossing && crosses(node, target)) continue;
      const inside = target !== node && around(target).includes(node);
      const one = { event: awaited[below(awaited.length)], to: target.id, internal: inside && node.kind === 'state' && oneIn(2) };
      if (oneIn(8)) delete one.to;
      else if (oneIn(10) && target.kind === 'state' && !holds(node)) one.event = undefined;
      node.transitions.push(one);
    }
    if (node.inner.length && oneIn(2)) {
      const target = all[below(all.length)];
      if (crossing || !crosses(node, target)) node.transitions.push({ done: true, to: target.id, internal: false });
    }
  }
  return roots;
}

const effect = (kind) => ({ effect: { kind } });

function ours(node) {
  if (node.kind.endsWith('history')) return { id: node.id, kind: node.kind };
  return {
    id: node.id,
    kind: node.kind,
    initial: node.initial ? [node.initial] : [],
    states: node.inner.map(ours),
    transitions: node.kind === 'final' ? [] : node.transitions.map(({ event, done, to, internal }) => ({
      event: done ? `done.state.${node.id}` : event,
      to: to ? [to] : [],
      internal,
      actions: [effect(`took ${node.id}`)],
    })),
    entry: [effect(`in ${node.id}`)],
    exit: [effect(`out ${node.id}`)],
  };
}

function theirs(node) {
  if (node.kind.endsWith('history')) return { id: node.id, type: 'history', history: node.kind === 'history' ? 'shallow' : 'deep' };
  const transitions = (chosen) => node.transitions.filter(chosen).map(({ to, internal }) => ({
    target: to && `#${to}`,
    reenter: Boolean(to) && !internal,
    actions: [`took ${node.id}`],
  }));
  const on = Object.fromEntries(EVENTS.map((name) => [name, transitions(({ event }) => event === name)]));
  const states = Object.fromEntries(node.inner.map((inner) => [inner.id, theirs(inner)]));
  return {
    id: node.id,
    type: { final: 'final', parallel: 'parallel', state: node.inner.length ? 'compound' : 'atomic' }[node.kind],
    ...(node.inner.length && { states }),
    ...(node.kind === 'state' && node.inner.length && { initial: node.initial ?? node.inner[0].id }),
    ...(node.kind !== 'final' && {
      on,
      always: transitions(({ event, done }) => !event && !done),
      onDone: transitions(({ done }) => done),
    }),
    entry: [`in ${node.id}`],
    exit: [`out ${node.id}`],
  };
}

/** The innermost states of a snapshot of XState. */
function leaves(value) {
  if (typeof value === 'string') return [value];
  return Object.entries(value).flatMap(([key, inner]) => (typeof inner === 'object' && !Object.keys(inner).length ? [key] : leaves(inner)));
}

const kinds = (effects = []) => effects.map(({ kind }) => kind);
const types = (actions) => actions.map(({ type }) => type).filter((type) => /^(in|out|took) s/.test(type));

/** What we refuse as endless runs for ever there. */
const endless = ({ code }) => code === 'macrostep_endless' || code === 'eventless_cycle';

/** Runs a chart in both; how many steps were compared. */
function compare(seed) {
  const crossing = seed % 3 === 0;
  const random = dice(seed);
  const roots = tree(random, crossing);
  const document = { format: 'guerdon.workflow/1', id: 'w', version: 1, events: EVENTS, states: roots.map(ours) };
  const machine = createMachine({
    id: 'w',
    initial: roots[0].id,
    states: Object.fromEntries(roots.map((root) => [root.id, theirs(root)])),
  });
  let instance;
  try {
    instance = new Instance(document);
  } catch (error) {
    if (endless(error)) return 0;
    throw error;
  }
  let [snapshot, actions] = initialTransition(machine);
  const same = (when) => {
    assert.deepEqual([...instance.states].sort(), leaves(snapshot.value).sort(), `states ${when}`);
    assert.equal(instance.status === 'completed', snapshot.status === 'done', `the end ${when}`);
    if (!crossing) assert.deepEqual(kinds(instance.effects), types(actions), `actions ${when}`);
  };
  same('at the start');
  const history = [];
  for (let step = 0; step < 12; step += 1) {
    const type = EVENTS[random.below(EVENTS.length)];
    history.push(type);
    try {
      instance.send(type);
    } catch (error) {
      if (endless(error)) return step;
      throw error;
    }
    [snapshot, actions] = transition(machine, snapshot, { type });
    same(`after ${history.join(' ')}`);
  }
  return 12;
}

describe('XState', () => {
  let compared = 0;
  for (let seed = 1; seed <= CHARTS; seed += 1) {
    test(`chart ${seed}`, () => {
      compared += compare(seed);
    });
  }

  test('most charts ran to their end', () => {
    assert.ok(compared > 8 * CHARTS, `${compared} steps of ${CHARTS} charts`);
  });
});
