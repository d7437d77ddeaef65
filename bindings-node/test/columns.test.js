// Columns in every form they may have, and in those they may not.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { GuerdonError, Plan, Roster } from 'guerdon';

import { columnsOf, document, orders, partners, told } from './history.js';

const roster = new Roster(partners);
const plan = new Plan(document);
const list = orders(60, 21);
const table = columnsOf(list);

function earned(columns) {
  const state = plan.newState();
  return [told(plan.run(columns, state, { roster })), state.toJson()];
}

const expected = earned(table);

const coded = (values, Codes = Int32Array) => {
  const words = [...new Set(values.filter((value) => value !== null))];
  return { codes: Codes.from(values, (value) => (value === null ? -1 : words.indexOf(value))), words };
};

/** Words whose nulls are told by `valid`, under codes that point nowhere. */
const masked = (values, Codes) => {
  const { codes, words } = coded(values, Int32Array);
  return {
    codes: Codes.from(codes, (code) => (code < 0 ? 200 : code)),
    words,
    valid: Uint8Array.from(codes, (code) => Number(code >= 0)),
  };
};

const shared = (array) => {
  const copy = new array.constructor(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
};

const euros = (minor) => `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`;

const forms = {
  'codes of 8 bits': { partner: coded(table.partner, Int8Array), 'order.channel': coded(table['order.channel'], Int8Array) },
  'codes of 16 bits': { partner: coded(table.partner, Int16Array), 'order.channel': coded(table['order.channel'], Int16Array) },
  'codes of 32 bits': { partner: coded(table.partner), 'order.channel': coded(table['order.channel']) },
  'codes without sign': { partner: coded(table.partner, Uint32Array), kind: { ...table.kind, codes: Uint16Array.from(table.kind.codes) } },
  'nulls by a mask': {
    'order.channel': masked(table['order.channel'], Uint8Array),
    'order.weight': masked(table['order.weight'], Int16Array),
    'order.paid_on': masked(table['order.paid_on'], Uint32Array),
  },
  'words that nobody has': { kind: { ...table.kind, words: [...table.kind.words, 'custom'] } },
  'narrow numbers': {
    amount_minor: Int32Array.from(list, ({ amount }) => amount),
    net_minor: Uint32Array.from(list, ({ net }) => net),
    quantity: Uint8Array.from(list, ({ quantity }) => quantity),
    refund_of: Int16Array.from(list, ({ refundOf }) => refundOf),
    'order.parcels': {
      values: Int8Array.from(list, ({ parcels }) => parcels ?? 0),
      valid: table['order.parcels'].valid,
    },
  },
  'numbers of 64 bits without sign': { amount_minor: BigUint64Array.from(table.amount_minor) },
  'refunds by a mask': {
    refund_of: {
      values: BigInt64Array.from(table.refund_of, (row) => (row < 0n ? 0n : row)),
      valid: Uint8Array.from(table.refund_of, (row) => Number(row >= 0n)),
    },
  },
  'decimals as text': {
    amount_minor: undefined,
    amount: Array.from(table.amount_minor, euros),
    'order.shipping_minor': undefined,
    'order.shipping': list.map(({ shipping }) => (shipping === null ? null : euros(BigInt(shipping)))),
  },
  'times as text': {
    at: list.map(({ at }) => new Date(at).toISOString()),
    'order.promised': list.map(({ promised }) => (promised === null ? null : new Date(promised).toISOString())),
  },
  'a view into a larger buffer': {
    at: new BigInt64Array(BigInt64Array.of(0n, ...table.at).buffer, 8),
    quantity: new Int32Array(Int32Array.of(0, ...table.quantity, 0).buffer, 4, list.length),
  },
  'a Buffer': { kind: { ...table.kind, codes: Buffer.from(table.kind.codes) } },
  'memory that threads share': {
    at: shared(table.at),
    amount_minor: shared(table.amount_minor),
    kind: { ...table.kind, codes: shared(table.kind.codes) },
  },
};

describe('a column', () => {
  for (const [name, columns] of Object.entries(forms)) {
    test(`may be ${name}`, async () => {
      const merged = Object.fromEntries(
        Object.entries({ ...table, ...columns }).filter(([, column]) => column !== undefined),
      );
      assert.deepEqual(earned(merged), expected);
      const state = plan.newState();
      assert.deepEqual([told(await plan.runAsync(merged, state, { roster })), state.toJson()], expected);
    });
  }

  test('may be a getter or come from a proxy, which runs before anything is borrowed', () => {
    const proxy = new Proxy(table, {
      get(target, name) {
        const { buffer } = new BigInt64Array(8);
        structuredClone(buffer, { transfer: [buffer] });
        return target[name];
      },
    });
    assert.deepEqual(earned(proxy), expected);
  });

  test('is left as it was', () => {
    const before = structuredClone(table);
    earned(table);
    assert.deepEqual(table, before);
  });

  test('of ids may be numbers', () => {
    const bare = new Plan({ ...document, overrides: [] });
    const run = (partner) => {
      const state = bare.newState();
      return [told(bare.run({ ...table, partner }, state)), state.toJson()];
    };
    const numbers = list.map(({ partner }) => Number(partner[1]));
    const first = run(numbers.map(String));
    for (const Numbers of [Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array]) {
      assert.deepEqual(run(Numbers.from(numbers)), first);
    }
    assert.deepEqual(run(BigInt64Array.from(numbers, BigInt)), first);
  });
});

function refusal(columns) {
  const state = plan.newState();
  const before = state.toJson();
  try {
    plan.run({ ...table, ...columns }, state, { roster });
  } catch (error) {
    assert.ok(error instanceof GuerdonError, String(error.stack));
    assert.equal(state.toJson(), before);
    assert.ok(error.hint.length > 0);
    return `${error.code} ${error.path}`;
  }
  return 'taken';
}

const rows = list.length;
const put = (array, row, value) => {
  const copy = array.slice();
  copy[row] = value;
  return copy;
};

describe('refused', () => {
  const cases = {
    'no such column': [{ at: undefined }, 'column_missing /at'],
    'floats for instants': [{ at: new Float64Array(rows) }, 'float_refused /at'],
    'floats for ids': [{ partner: new Float32Array(rows) }, 'float_refused /partner'],
    'floats for amounts': [{ amount_minor: Float64Array.from(table.amount_minor, Number) }, 'float_refused /amount_minor'],
    'a float for a decimal': [{ 'order.weight': new Float64Array(rows) }, 'float_refused /order.weight'],
    'a list of dates': [{ at: list.map(({ at }) => new Date(at)) }, 'column_type_mismatch /at'],
    'a list of numbers': [{ partner: [1, 2, 3] }, 'column_type_mismatch /partner'],
    'narrow instants': [{ at: new Int32Array(rows) }, 'column_type_mismatch /at'],
    'text without an offset': [{ at: list.map(() => '2026-11-20T10:00:00') }, 'instant_without_offset /at/0'],
    'words for numbers': [{ amount_minor: list.map(() => '1') }, 'column_type_mismatch /amount_minor'],
    'numbers for words': [{ kind: new Int32Array(rows) }, 'column_type_mismatch /kind'],
    'numbers for dates': [{ 'order.paid_on': new Int32Array(rows) }, 'column_type_mismatch /order.paid_on'],
    'text that is no date': [{ 'order.paid_on': list.map(() => '30.1.2026') }, 'date_invalid /order.paid_on/0'],
    'text that is no decimal': [{ 'order.weight': list.map((_, row) => (row ? '1' : '1,5')) }, 'decimal_invalid /order.weight/0'],
    'half a cent': [{ amount_minor: undefined, amount: list.map(() => '1.005') }, 'amount_too_fine /amount/0'],
    'an amount twice': [{ amount: list.map(() => '1') }, 'column_ambiguous /amount'],
    'a number beyond 64 bits': [
      { amount_minor: BigUint64Array.from(list, (_, row) => (row === 2 ? 2n ** 63n : 1n)) },
      'integer_out_of_range /amount_minor/2',
    ],
    'an amount below zero': [{ amount_minor: put(table.amount_minor, 0, -1n) }, 'event_negative /amount_minor/0'],
    'a bool of 2': [{ 'customer.new': put(Uint8Array.from(list, () => 1), 1, 2) }, 'column_type_mismatch /customer.new/1'],
    'an instant beyond the calendar': [{ at: put(table.at, 3, 2n ** 62n) }, 'instant_out_of_range /at/3'],
    'a kind that is none': [{ kind: { ...table.kind, words: ['lead', 'sale', 'sail'] } }, 'variant_unknown /kind/0'],
    'a column that is shorter': [{ partner: table.partner.slice(1) }, 'column_length_mismatch /partner'],
    'a fact that is longer': [{ 'order.channel': [...table['order.channel'], null] }, 'column_length_mismatch /order.channel'],
    'a mask that is shorter': [
      { refund_of: { values: table.refund_of, valid: new Uint8Array(rows - 1) } },
      'column_length_mismatch /refund_of/valid',
    ],
    'a mask of bools': [{ refund_of: { values: table.refund_of, valid: [true] } }, 'column_type_mismatch /refund_of'],
    'a null partner': [{ partner: put(table.partner, 4, null) }, 'column_null /partner/4'],
    'a null partner by a mask': [
      { partner: { values: new Int32Array(rows), valid: put(new Uint8Array(rows).fill(1), 5, 0) } },
      'column_null /partner/5',
    ],
    'a null kind': [{ kind: { ...table.kind, codes: put(Int8Array.from(table.kind.codes), 6, -1) } }, 'column_null /kind/6'],
    'a code beyond the words': [{ kind: { ...table.kind, codes: put(table.kind.codes, 7, 3) } }, 'column_code_invalid /kind/7'],
    'a code beyond the words of decimals': [
      { 'order.weight': { codes: new Uint8Array(rows), words: [] } },
      'column_code_invalid /order.weight/0',
    ],
    'a code beyond 32 bits with sign': [
      { partner: { codes: put(new Uint32Array(rows), 8, 2 ** 31), words: ['p1'] } },
      'column_code_invalid /partner/8',
    ],
    'codes of 64 bits': [{ partner: { codes: new BigInt64Array(rows), words: ['p1'] } }, 'column_type_mismatch /partner'],
    'codes that are floats': [{ partner: { codes: new Float64Array(rows), words: ['p1'] } }, 'float_refused /partner'],
    'codes without words': [{ partner: { codes: new Int32Array(rows) } }, 'column_type_mismatch /partner'],
    'words that are numbers': [{ partner: { codes: new Int32Array(rows), words: [1] } }, 'column_type_mismatch /partner'],
    'an empty id': [{ partner: put(table.partner, 9, '') }, 'id_invalid /partner/9'],
    'a DataView': [{ partner: new DataView(new ArrayBuffer(8)) }, 'column_type_mismatch /partner'],
    'a clamped array': [{ partner: new Uint8ClampedArray(rows) }, 'column_type_mismatch /partner'],
    'null': [{ partner: null }, 'column_type_mismatch /partner'],
    'text': [{ partner: 'p1' }, 'column_type_mismatch /partner'],
    'a refund of a later row': [{ refund_of: put(table.refund_of, 0, 1n) }, 'refund_of_unknown_sale /refund_of/0'],
  };
  for (const [name, [columns, problem]] of Object.entries(cases)) {
    test(name, () => assert.equal(refusal(columns), problem));
  }

  test('a missing column is named, with those that are there', () => {
    const { 'order.channel': gone, ...rest } = table;
    const run = () => plan.run(rest, plan.newState());
    assert.throws(run, (error) => error.code === 'column_missing' && error.path === '/order.channel' && /`at`/.test(error.hint));
    assert.equal(gone.length, rows);
  });

  test('what is no table', () => {
    for (const value of [undefined, null, 1, 'text', [], [{}], new Int32Array(3)]) {
      assert.throws(() => plan.run(value, plan.newState()), { code: 'type_mismatch', path: '' });
    }
    assert.throws(() => plan.run({}, plan.newState()), { code: 'column_missing' });
    assert.throws(() => plan.run(new Map(), plan.newState()), { code: 'column_missing' });
  });

  test('what a getter throws comes through as it is', () => {
    const failure = new Error('mine');
    const columns = { ...table, get at() { throw failure; } };
    assert.throws(() => plan.run(columns, plan.newState()), failure);
  });
});

test('an empty table earns nothing', () => {
  const empty = Object.fromEntries(Object.entries(columnsOf([])));
  const { commission_minor, overrides } = plan.run(empty, plan.newState());
  assert.equal(commission_minor.length, 0);
  assert.equal(overrides.row.length, 0);
});

test('results belong to the caller', () => {
  const { commission_minor } = plan.run(table, plan.newState(), { roster });
  commission_minor.fill(1n);
  structuredClone(commission_minor.buffer, { transfer: [commission_minor.buffer] });
  assert.deepEqual(earned(table), expected);
});
