// The loop of a host that stores a snapshot, performs effects, and crashes between the two.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { workflow } from 'guerdon';

const { workflow: document } = workflow.readyMade({ id: 'webhook_delivery' });

/** A row of the host's table, and a receiver that takes each effect once, by its id. */
function host() {
  const first = workflow.start({ workflow: document, instance: 'd-1', at: '2026-01-05T09:00:00Z' });
  const row = { snapshot: first.snapshot, effects: [...first.effects] };
  const received = new Map();
  return {
    row,
    received,
    apply(event, at) {
      const outcome = workflow.apply({ workflow: document, snapshot: row.snapshot, event, at });
      Object.assign(row, { snapshot: outcome.snapshot, effects: [...row.effects, ...(outcome.effects ?? [])] });
      return outcome;
    },
    perform({ crash = false } = {}) {
      for (const effect of row.effects) {
        received.set(effect.id, (received.get(effect.id) ?? 0) + 1);
        if (crash) return;
      }
      row.effects = [];
    },
  };
}

test('a crash between storing and performing does no harm', () => {
  const delivery = host();
  const [effect] = delivery.row.effects;
  delivery.perform({ crash: true });
  delivery.perform();
  assert.deepEqual([...delivery.received.keys()], [effect.id], 'told twice, and known to be one');
  const told = delivery.apply({ type: 'step_done', effect: effect.id }, '2026-01-05T09:00:05Z');
  assert.equal(told.status, 'completed');
  const again = delivery.apply({ type: 'step_done', effect: effect.id }, '2026-01-05T09:00:06Z');
  assert.deepEqual([again.answer, again.reason], ['ignored', 'stale']);
  assert.deepEqual(again.snapshot, told.snapshot);
});

test('a snapshot that is refused leaves the one that the host has', () => {
  const delivery = host();
  const before = structuredClone(delivery.row.snapshot);
  delivery.row.snapshot = { ...before, states: [] };
  assert.throws(() => delivery.apply({ type: 'due' }, '2026-01-05T10:00:00Z'), { code: 'snapshot_invalid' });
  delivery.row.snapshot = before;
  assert.equal(delivery.apply({ type: 'due' }, '2026-01-05T09:00:30Z').answer, 'accepted');
});

/** A host in a process of its own, which is stopped at a point where it would hurt. */
const HOST = `
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Workflow, workflow } from 'guerdon';

const delivery = new Workflow(workflow.readyMade({ id: 'webhook_delivery' }).workflow);
const stop = (point) => process.argv[2] === point && process.kill(process.pid, 'SIGKILL');
const at = '2026-01-05T09:00:00Z';
const load = () => JSON.parse(readFileSync('row.json', 'utf8'));
function store({ snapshot, effects = [] }, outbox) {
  writeFileSync('row.tmp', JSON.stringify({ snapshot: snapshot.toJson(), outbox: [...outbox, ...effects] }));
  stop('written');
  renameSync('row.tmp', 'row.json');
  stop('stored');
}
if (!existsSync('row.json')) store(delivery.start('d-1', at), []);
for (const effect of load().outbox) {
  appendFileSync('received', effect.id + '\\n');
  stop('performed');
  const { snapshot, outbox } = load();
  const outcome = delivery.apply(snapshot, { type: 'step_done', effect: effect.id }, at);
  store(outcome, outbox.filter(({ id }) => id !== effect.id));
}
`;

for (const [point, times] of [['written', 1], ['stored', 1], ['performed', 2]]) {
  test(`a host that is killed when it has ${point} goes on where it was`, () => {
    const cwd = mkdtempSync(path.join(import.meta.dirname, '.host-'));
    try {
      writeFileSync(path.join(cwd, 'host.mjs'), HOST);
      const run = (...how) => spawnSync(process.execPath, ['host.mjs', ...how], { cwd, encoding: 'utf8' });
      assert.equal(run(point).signal, 'SIGKILL');
      const again = run();
      assert.equal(again.status, 0, again.stderr);
      const received = readFileSync(path.join(cwd, 'received'), 'utf8').trim().split('\n');
      assert.deepEqual([received.length, new Set(received).size], [times, 1]);
      const { snapshot, outbox } = JSON.parse(readFileSync(path.join(cwd, 'row.json'), 'utf8'));
      assert.deepEqual([JSON.parse(snapshot).status, outbox], ['completed', []]);
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
}
