'use strict';
// Objects on their way in, as JSON text.

const { GuerdonError, mismatch } = require('./errors.cjs');

/**
 * The text of any value. What JSON has no form for would go as `null`, which means that an optional field was
 * left out; so where there is a `null`, it is made sure that it was meant.
 */
function textOf(input) {
  let text;
  try {
    text = JSON.stringify(input);
  } catch {
    const patient = patientText(input);
    if (patient.cut) return patient.text;
    text = patient.text;
  }
  if (text?.includes('null')) checkForms(input);
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

/** How many problems are worth listing, as the core has it. */
const MOST_PROBLEMS = 100;

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

  const text = write({ '': input }, '', 0);
  return { text, cut };
}

/** Refuses what `JSON.stringify` writes as `null` though it is something else. */
function checkForms(input) {
  const problems = [];
  look(input, [], problems);
  if (problems.length > 0) throw new GuerdonError(problems);
}

function look(value, path, problems) {
  if (path.length > DEEPEST || problems.length >= MOST_PROBLEMS) return;
  if (typeof value === 'number' && !Number.isFinite(value)) {
    problems.push(formless(`\`${value}\` is no number that JSON has`, path, 'give a finite number, or leave it out'));
  } else if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) {
      const hint = 'what it was made of could not be read; look there';
      problems.push(formless('an invalid `Date` is no instant', path, hint));
    }
  } else if (typeof value?.toJSON === 'function') {
    look(value.toJSON(), path, problems);
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => look(item, [...path, index], problems));
  } else if (value !== null && typeof value === 'object') {
    for (const key of Object.keys(value)) look(value[key], [...path, key], problems);
  }
}

function formless(message, path, hint) {
  const pointer = path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return { code: 'type_mismatch', path: pointer, severity: 'error', message, hint };
}

/** A BigInt as a JSON integer, or as text where JSON readers would lose digits. */
function integer(value) {
  return Number.isSafeInteger(Number(value)) ? String(value) : `"${value}"`;
}

module.exports = { documentText, textOf };
