// The loop of a host that stores a snapshot, performs effects, and crashes between the two.

import assert from 'node:assert/strict';
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
