'use strict';
// The door to every operation: objects become text, text becomes objects, and nothing else.

const { refusal } = require('./errors.cjs');
const native = require('./native.cjs');
const { textOf } = require('./text.cjs');

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

module.exports = { call, callAsync, callText };
