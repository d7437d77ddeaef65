'use strict';
// What the compiled classes share: their options, and the addon's answers.

const { mismatch, refusal, unknownOption } = require('./errors.cjs');

/**
 * Refuses an option that a call does not have, and options that are no plain object: left alone, a misspelt
 * `roster`, or a roster in the place of the options, would pay no sponsor.
 */
function only(options, known) {
  if (options === undefined || options === null) return;
  if (!isPlain(options)) throw mismatch('an object of options', options, '/options', `write \`{ ${known[0]} }\``);
  for (const name in options) {
    if (!known.includes(name)) throw unknownOption(name, known);
  }
}

/** An option that is true or false, and false unless said. */
function flag(options, name) {
  const value = options?.[name] ?? false;
  if (typeof value !== 'boolean') {
    throw mismatch('`true` or `false`', value, `/${name}`, `write \`{ ${name}: true }\``);
  }
  return value;
}

/** Whether a value is an object of no class, whichever context made it. */
function isPlain(value) {
  if (typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What the addon answers; what it refuses becomes a `GuerdonError`. */
function answer(call) {
  try {
    return call();
  } catch (error) {
    throw refusal(error);
  }
}

/** How an object shows itself: what it is, and of which document. */
function named(what, { id, version }) {
  return `${what.endsWith('(') ? what : `${what} `}${id}, version ${version})`;
}

module.exports = { answer, flag, named, only };
