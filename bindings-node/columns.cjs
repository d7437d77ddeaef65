'use strict';
// Columns on their way in: each becomes a plain object that the addon reads. What a column has to be is
// decided in the core, which also says what is wrong with it.

const { mismatch, nameOf } = require('./errors.cjs');

const HINT = 'pass an object of columns: typed arrays, `{values, valid}`, `{codes, words}`, or lists of strings';

/**
 * The columns of a table, as the addon takes them; `undefined` is no column. Everything of the caller's that may run (a getter, a
 * proxy) runs here, before the addon borrows an array.
 */
function columnsOf(table) {
  if (table === null || typeof table !== 'object' || Array.isArray(table) || ArrayBuffer.isView(table)) {
    throw mismatch('a table', table, '', HINT);
  }
  const given = Object.entries(table).filter(([, column]) => column !== undefined);
  return given.map(([name, column]) => ({ name, ...contentOf(column) }));
}

function contentOf(column) {
  if (isNumbers(column)) return { values: own(column) };
  if (Array.isArray(column)) return listed(column);
  if (column === null || typeof column !== 'object') return { found: nameOf(column) };
  const { codes, words, values = codes, valid } = column;
  if (!isNumbers(values)) return { found: nameOf(values === undefined ? column : values) };
  const content = { values: own(values) };
  if (codes !== undefined) {
    if (!isTexts(words)) return { found: 'codes without a list of words' };
    content.words = [...words];
  }
  if (valid !== undefined) {
    if (!(valid instanceof Uint8Array)) return { found: `a column whose \`valid\` is ${nameOf(valid)}` };
    content.valid = own(valid);
  }
  return content;
}

function isNumbers(value) {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function isTexts(words) {
  return Array.isArray(words) && words.every((word) => typeof word === 'string');
}

/** The array itself, or a copy of one that another thread may write to. */
function own(array) {
  return array.buffer instanceof ArrayBuffer ? array : new globalThis[array[Symbol.toStringTag]](array);
}

/** A list of strings, as codes and words; a null has the code -1. */
function listed(list) {
  const known = new Map();
  const values = new Int32Array(list.length);
  for (let row = 0; row < list.length; row += 1) {
    const word = list[row];
    if (word === null || word === undefined) {
      values[row] = -1;
      continue;
    }
    if (typeof word !== 'string') return { found: `a list with ${nameOf(word)}` };
    let code = known.get(word);
    if (code === undefined) {
      code = known.size;
      known.set(word, code);
    }
    values[row] = code;
  }
  return { values, words: [...known.keys()] };
}

module.exports = { columnsOf };
