'use strict';
// The hand-written facade: it turns objects into text and text into objects, and nothing else.

const native = require('./native.cjs');

/** What guerdon refuses, with every problem that was found; the rest speaks of the first. */
class GuerdonError extends Error {
  constructor(problems) {
    const line = (one) => `${one.message} (${one.code} at \`${one.path}\`)${one.hint ? `; ${one.hint}` : ''}`;
    super(problems.map(line).join('\n'));
    const first = problems.find((one) => one.severity === 'error') ?? problems[0];
    this.name = 'GuerdonError';
    this.problems = problems;
    this.code = first.code;
    this.path = first.path;
    this.hint = first.hint;
  }
}

function refusal(error) {
  let problems;
  try {
    problems = JSON.parse(error.message);
  } catch {
    return error;
  }
  return Array.isArray(problems) ? new GuerdonError(problems) : error;
}

/** Runs an operation on JSON text. */
function callText(operation, input) {
  try {
    return native.call(operation, input);
  } catch (error) {
    throw refusal(error);
  }
}

/** Runs an operation on an object. */
function call(operation, input) {
  return JSON.parse(callText(operation, JSON.stringify(input)));
}

module.exports = { GuerdonError, call, callText };
