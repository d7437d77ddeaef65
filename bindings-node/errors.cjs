'use strict';
// What guerdon refuses, as an error of JavaScript.

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

/** What is said of an argument that is something else. */
function mismatch(wanted, value, path, hint) {
  const message = `${wanted} is needed here, found ${nameOf(value)}`;
  return new GuerdonError([{ code: 'type_mismatch', path, severity: 'error', message, hint }]);
}

/** What is said of an option that a call does not have. */
function unknownOption(name, known) {
  const message = `\`${name}\` is not known here`;
  const hint = `known are ${known.map((one) => `\`${one}\``).join(', ')}`;
  return new GuerdonError([{ code: 'field_unknown', path: `/${name}`, severity: 'error', message, hint }]);
}

/** What a value is, for a message: `null`, `a string`, `a Float64Array`. */
function nameOf(value) {
  if (value === null || value === undefined) return String(value);
  const name = typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value;
  return `${/^[aeio]/i.test(name) ? 'an' : 'a'} \`${name}\``;
}

module.exports = { GuerdonError, refusal, mismatch, nameOf, unknownOption };
