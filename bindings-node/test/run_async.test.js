// Runs on another thread: side by side, told of, stopped, and never half-applied.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { GuerdonError, Plan, Roster } from 'guerdon';

import { columnsOf, document, eventOf, orders, partners, told } from './history.js';

const roster = new Roster(partners);
const plan = new Plan(document);
const ROWS = 200_000;
const LOOKS = [0, 65_536, 131_072, 196_608, ROWS];

/** A history so long that a run looks up a few times. */
function longTable() {
  const one = columnsOf(orders(500, 3, { refunds: false }));
  const repeat = (array) => array.constructor.from({ length: ROWS }, (_, row) => array[row % 500]);
  const column = ([name, of]) => {
    if (Array.isArray(of) || ArrayBuffer.isView(of)) return [name, repeat(of)];
    if (of.codes) return [name, { codes: repeat(of.codes), words: of.words }];
    return [name, of.values ? { values: repeat(of.values), valid: repeat(of.valid) } : of];
  };
  return Object.fromEntries(Object.entries(one).map(column));
}

const table = longTable();
const few = columnsOf(orders(10, 3, { refunds: false }));
const event = eventOf(orders(1, 3)[0], 0);

const busy = (error) => error instanceof GuerdonError && error.code === 'state_busy';

test('progress is told in order, to the end', async () => {
  const told = [];
  await plan.runAsync(table, plan.newState(), { roster, onProgress: (done, rows) => told.push([done, rows]) });
  assert.deepEqual(told, LOOKS.map((done) => [done, ROWS]));
});

test('what a listener throws stops the run, also at its end', async () => {
  for (const last of LOOKS) {
    const state = plan.newState();
    const before = state.toJson();
    const failure = new Error('mine');
    const onProgress = (done) => {
      if (done === last) throw failure;
    };
    await assert.rejects(plan.runAsync(table, state, { roster, onProgress }), failure);
    assert.equal(state.toJson(), before);
  }
});

describe('a signal', () => {
  test('that is given already keeps the run from beginning', async () => {
    const state = plan.newState();
    await assert.rejects(plan.runAsync(table, state, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.equal(state.toJson(), plan.newState().toJson());
  });

  test('stops a run that has begun, with its own reason', async () => {
    for (const reason of [undefined, new Error('enough')]) {
      const state = plan.newState();
      const before = state.toJson();
      const stop = new AbortController();
      const looks = [];
      const onProgress = (done) => {
        looks.push(done);
        if (done === 65_536) stop.abort(reason);
      };
      const run = plan.runAsync(table, state, { roster, onProgress, signal: stop.signal });
      await assert.rejects(run, reason ?? { name: 'AbortError' });
      assert.deepEqual(looks, [0, 65_536]);
      assert.equal(state.toJson(), before);
      plan.run(few, state, { roster });
    }
  });

  test('stops a run that nobody listens to', async () => {
    const state = plan.newState();
    const stop = new AbortController();
    const run = plan.runAsync(table, state, { roster, signal: stop.signal });
    stop.abort();
    await assert.rejects(run, { name: 'AbortError' });
    assert.equal(state.toJson(), plan.newState().toJson());
  });

  test('that comes after the run changes nothing', async () => {
    const stop = new AbortController();
    const state = plan.newState();
    const earned = await plan.runAsync(few, state, { roster, signal: stop.signal });
    stop.abort();
    assert.equal(earned.commission_minor.length, 10);
    assert.equal(state.toJson(), afterFew());
  });

  test('may time out', async () => {
    const onProgress = (done) => {
      if (done === 65_536) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
    };
    // The timer cannot fire while the listener sleeps, and fires before the next look.
    const run = plan.runAsync(table, plan.newState(), { roster, onProgress, signal: AbortSignal.timeout(5) });
    await assert.rejects(run, { name: 'TimeoutError' });
  });
});

function afterFew() {
  const state = plan.newState();
  plan.run(few, state, { roster });
  return state.toJson();
}

describe('a state', () => {
  test('is busy from the call until the run is done', async () => {
    const state = plan.newState();
    const before = state.toJson();
    const run = plan.runAsync(few, state, { roster });
    const second = plan.runAsync(few, state, { roster });
    for (const call of [
      () => state.toJson(),
      () => JSON.stringify(state),
      () => state.copy(),
      () => plan.run(few, state),
      () => plan.evaluate(event, state),
      () => plan.preview(event, state),
      () => plan.totals(state),
      () => plan.tier('p1', state),
    ]) {
      assert.throws(call, busy);
    }
    await assert.rejects(second, busy);
    await run;
    assert.equal(state.toJson(), afterFew());
    assert.notEqual(state.toJson(), before);
  });

  test('is free again after a refused run', async () => {
    const state = plan.newState();
    const { at, ...rest } = few;
    await assert.rejects(plan.runAsync(rest, state, { roster }), { code: 'column_missing', path: '/at' });
    await assert.rejects(plan.runAsync({ ...few, at: at.slice(1) }, state), { code: 'column_length_mismatch' });
    await assert.rejects(plan.runAsync(null, state), { code: 'type_mismatch' });
    plan.run(few, state, { roster });
    assert.equal(state.toJson(), afterFew());
  });
});

test('runs over different states go side by side', async () => {
  const states = Array.from({ length: 6 }, () => plan.newState());
  const runs = await Promise.all(states.map((state) => plan.runAsync(few, state, { roster })));
  for (const run of runs) assert.deepEqual(told(run), told(runs[0]));
  for (const state of states) assert.equal(state.toJson(), afterFew());
});

test('the columns are copied: what happens to them later does not matter', async () => {
  const mine = { ...few, amount_minor: few.amount_minor.slice() };
  const state = plan.newState();
  const run = plan.runAsync(mine, state, { roster });
  mine.amount_minor.fill(0n);
  structuredClone(mine.amount_minor.buffer, { transfer: [mine.amount_minor.buffer] });
  await run;
  assert.equal(state.toJson(), afterFew());
});

const SCRIPT = `
  import { Plan } from 'guerdon';
  import { Worker, isMainThread, parentPort } from 'node:worker_threads';
  const plan = new Plan({
    format: 'guerdon.plan/1', id: 'flat', version: 1, currency: 'EUR', zone: 'UTC',
    groups: [{ id: 'all', combine: 'sum', rules: [{ id: 'one', pay: { type: 'flat', amount: '1.00' } }] }],
  });
  const rows = 300_000;
  const table = {
    at: new BigInt64Array(rows), partner: new Int32Array(rows), amount_minor: new BigInt64Array(rows),
  };
  const run = (onProgress) => plan.runAsync(table, plan.newState(), { onProgress });
`;

describe('in the middle of a run', () => {
  const leave = (rest) => {
    const options = { cwd: import.meta.dirname, timeout: 30_000, encoding: 'utf8' };
    return spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT + rest], options);
  };

  test('a process may leave', () => {
    const { status, stderr } = leave('run((done) => { if (done > 0) process.exit(7); });');
    assert.equal(status, 7, stderr);
  });

  test('a process may fail', () => {
    const { status, stderr } = leave("run(() => setImmediate(() => { throw new Error('mine'); }));");
    assert.equal(status, 1, stderr);
    assert.match(stderr, /Error: mine/);
  });

  test('a thread may be ended', () => {
    const file = `./.leaving-${process.pid}.mjs`;
    const path = new URL(file, import.meta.url);
    writeFileSync(path, `${SCRIPT}
      if (isMainThread) {
        const worker = new Worker(new URL(import.meta.url));
        worker.once('message', () => worker.terminate().then((code) => process.exit(code === 1 ? 7 : 8)));
      } else {
        run((done) => { if (done > 0) parentPort.postMessage(done); });
      }`);
    try {
      const { status, stderr } = spawnSync(process.execPath, [file], { cwd: import.meta.dirname, timeout: 30_000 });
      assert.equal(status, 7, String(stderr));
    } finally {
      rmSync(path);
    }
  });
});
