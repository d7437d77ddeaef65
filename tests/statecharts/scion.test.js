// The charts of the SCION test framework that need no expressions, whole configurations compared.
//
// They are of the npm package `@scion-scxml/test-framework` (Apache-2.0); installed, never copied.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';

import { Instance } from './guerdon.js';
import { NeedsMore, parse, workflowOf } from './scxml.js';

const framework = createRequire(import.meta.url).resolve('@scion-scxml/test-framework/package.json');
const folder = join(dirname(framework), 'test');

function fixtures() {
  const read = [];
  const left = [];
  for (const file of readdirSync(folder, { recursive: true }).sort()) {
    const script = file.replace(/\.scxml$/, '.json');
    if (script === file || !existsSync(join(folder, script))) continue;
    const expected = JSON.parse(readFileSync(join(folder, script), 'utf8'));
    const events = [...new Set(expected.events.map(({ event }) => event.name).filter(Boolean))];
    try {
      const scxml = parse(readFileSync(join(folder, file), 'utf8'));
      read.push({ name: file, expected, document: workflowOf(scxml, file, events) });
    } catch (error) {
      if (!(error instanceof NeedsMore)) throw error;
      left.push(file);
    }
  }
  return { read, left };
}

const { read, left } = fixtures();

describe('SCION', () => {
  for (const { name, expected, document } of read) {
    test(name, () => {
      const instance = new Instance(document);
      assert.deepEqual([...instance.states].sort(), [...expected.initialConfiguration].sort(), 'at the start');
      for (const { event, after, nextConfiguration } of expected.events) {
        instance.wait(after ?? 0);
        if (event.name) instance.send(event.name);
        else instance.due();
        assert.deepEqual([...instance.states].sort(), [...nextConfiguration].sort(), `after ${event.name}`);
      }
    });
  }

  test('nearly all that could be read was', () => {
    assert.ok(read.length >= 90, `${read.length} charts, ${left.length} need expressions`);
  });
});
