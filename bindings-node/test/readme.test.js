// Runs the JavaScript samples of the README in a folder that has its `plan.json`, and holds what they print
// to the comments behind the lines that print it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const blocks = (language) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map((found) => found[1]);

for (const [position, sample] of blocks('js').entries()) {
  test(`sample ${position + 1} prints what the README says`, () => {
    // Inside the package, because a package finds itself by its own name there.
    const folder = mkdtempSync(path.join(import.meta.dirname, '.readme-'));
    try {
      writeFileSync(path.join(folder, 'plan.json'), blocks('json')[0]);
      writeFileSync(path.join(folder, 'sample.mjs'), sample);
      const printed = execFileSync(process.execPath, ['sample.mjs'], { cwd: folder, encoding: 'utf8' });
      const lines = printed.split('\n');
      const promised = [...sample.matchAll(/^ *console\.log\(.*\); +\/\/ (.*)$/gm)].map((found) => found[1]);
      assert.ok(promised.length > 0);
      assert.deepEqual(lines.filter((line) => promised.includes(line)), promised);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
