// Runs every conformance vector through each door of the package, under both module systems, one named test each.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as esm from 'guerdon';

const cjs = createRequire(import.meta.url)('guerdon');
const folder = fileURLToPath(new URL('../../tests/vectors', import.meta.url));

function* read() {
  for (const file of readdirSync(folder, { recursive: true }).sort()) {
    if (!file.endsWith('.json')) continue;
    for (const vector of JSON.parse(readFileSync(join(folder, file), 'utf8'))) {
      yield { ...vector, name: `${file.slice(0, -'.json'.length)}: ${vector.name}` };
    }
  }
}

const vectors = [...read()];

const doors = (guerdon) => ({
  text: ({ op, input }) => JSON.parse(guerdon.callText(op, JSON.stringify(input))),
  call: ({ op, input }) => guerdon.call(op, input),
  async: ({ op, input }) => guerdon.callAsync(op, input),
  typed: ({ op, input }) => typed(guerdon, op)(input),
});

function typed(guerdon, operation) {
  const [domain, verb] = operation.split('.');
  return guerdon[domain][verb.replace(/_[a-z]/g, (part) => part[1].toUpperCase())];
}

for (const [system, guerdon] of Object.entries({ esm, cjs })) {
  for (const [door, run] of Object.entries(doors(guerdon))) {
    describe(`${system}, ${door}`, () => {
      for (const vector of vectors) test(vector.name, () => check(guerdon, run, vector));
    });
  }

  test(`${system}: every operation has a vector and a function`, () => {
    for (const name of guerdon.OPERATIONS) {
      assert.ok(vectors.some((vector) => vector.op === name), `no vector for ${name}`);
      assert.equal(typeof typed(guerdon, name), 'function');
    }
  });
}

async function check(guerdon, run, vector) {
  if (!vector.error) {
    assert.deepEqual(await run(vector), vector.expect);
    return;
  }
  await assert.rejects(
    async () => run(vector),
    (error) => {
      assert.ok(error instanceof guerdon.GuerdonError);
      assert.deepEqual(error.problems.map(({ code, path }) => ({ code, path })), vector.error);
      return true;
    },
  );
}
