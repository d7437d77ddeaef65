'use strict';
// Objects on their way in, as JSON text.

const { mismatch } = require('./errors.cjs');

/** The text of any value; what JSON has no form for goes as `null`, which the core refuses. */
function textOf(input) {
  let text;
  try {
    text = JSON.stringify(input);
  } catch {
    text = patientText(input);
  }
  return text ?? 'null';
}

/** The text of a document that may be text already; a `Buffer`, as `readFileSync` gives it, is neither. */
function documentText(document) {
  if (document instanceof Uint8Array) {
    throw mismatch('a document or its text', document, '', "read the file as text: readFileSync(path, 'utf8')");
  }
  return typeof document === 'string' ? document : textOf(document);
}

// More than the core accepts: what is cut off here is refused there, by its own limits.
const DEEPEST = 1_000;
const LONGEST = 1 << 27;

/**
 * The text of what `JSON.stringify` gives up on: a BigInt is written as an integer, and an object that is
 * too deep, too large or contains itself is written as far as it takes for the core to refuse it.
 */
function patientText(input) {
  let left = LONGEST;
  let cut = false;

  function write(holder, key, depth) {
    let value = holder[key];
    if (typeof value?.toJSON === 'function') value = value.toJSON(key);
    if (typeof value === 'bigint') return integer(value);
    if (value === null || typeof value !== 'object') return JSON.stringify(value);
    cut ||= depth > DEEPEST;
    if (cut) return 'null';
    return Array.isArray(value) ? list(value, depth) : object(value, depth);
  }

  function spend(characters) {
    left -= characters;
    cut ||= left < 0;
  }

  function list(value, depth) {
    const parts = [];
    for (let index = 0; index < value.length && !cut; index += 1) {
      const part = write(value, index, depth + 1) ?? 'null';
      spend(part.length + 1);
      parts.push(part);
    }
    return `[${parts.join(',')}]`;
  }

  function object(value, depth) {
    const parts = [];
    for (const key of Object.keys(value)) {
      if (cut) break;
      const part = write(value, key, depth + 1);
      if (part === undefined) continue;
      spend(key.length + part.length + 4);
      parts.push(`${JSON.stringify(key)}:${part}`);
    }
    return `{${parts.join(',')}}`;
  }

  return write({ '': input }, '', 0);
}

/** A BigInt as a JSON integer, or as text where JSON readers would lose digits. */
function integer(value) {
  return Number.isSafeInteger(Number(value)) ? String(value) : `"${value}"`;
}

module.exports = { documentText, textOf };
