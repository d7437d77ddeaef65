'use strict';
// The door to the native addon: it turns objects into text and text into objects, and nothing else.

const native = require('./native.cjs');

/** What guerdon refuses, with every problem that was found; the rest speaks of the first. */
class GuerdonError extends Error {
  constructor(problems) {
    super(problems.map(line).join('\n'));
    const first = problems.find((one) => one.severity === 'error') ?? problems[0];
    this.name = 'GuerdonError';
    this.problems = problems;
    this.code = first.code;
    this.path = first.path;
    this.hint = first.hint;
  }
}

function line(problem) {
  const hint = problem.hint ? `; ${problem.hint}` : '';
  return `${problem.message} (${problem.code} at \`${problem.path}\`)${hint}`;
}

/** The addon's error carries the problems as JSON. */
function refusal(error) {
  let problems;
  try {
    problems = JSON.parse(error.message);
  } catch {
    return error;
  }
  return Array.isArray(problems) ? new GuerdonError(problems) : error;
}

function textOf(input) {
  let text;
  try {
    text = JSON.stringify(input);
  } catch {
    text = patientText(input);
  }
  return text ?? 'null';
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

/** Runs an operation on JSON text, and gives JSON text. */
function callText(operation, input) {
  try {
    return native.call(String(operation), String(input));
  } catch (error) {
    throw refusal(error);
  }
}

/** Runs an operation on an object, and gives an object. */
function call(operation, input) {
  return JSON.parse(callText(operation, textOf(input)));
}

/** Runs an operation on another thread. */
async function callAsync(operation, input) {
  const text = textOf(input);
  try {
    return JSON.parse(await native.callAsync(String(operation), text));
  } catch (error) {
    throw refusal(error);
  }
}

module.exports = { GuerdonError, call, callAsync, callText };
