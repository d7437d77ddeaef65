// What a JavaScript program expects besides the right answer: its own errors, its own values, and no input
// that takes the process down.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { GuerdonError, Plan, call, callAsync, callText, commission, money, plan, schedule } from 'guerdon';

const usd = (amount) => ({ amount, currency: 'USD' });

function refused(run) {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof GuerdonError, String(error.stack));
    return error;
  }
  return assert.fail('it was not refused');
}

async function refusedLater(promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof GuerdonError, String(error.stack));
    return error;
  }
  return assert.fail('it was not refused');
}

describe('errors', () => {
  test('carry every problem, and speak of the first', () => {
    const error = refused(() => money.round({ money: { amount: 1.5, currency: 'usd' } }));
    assert.equal(error.name, 'GuerdonError');
    assert.equal(error.code, 'float_refused');
    assert.equal(error.path, '/money/amount');
    assert.match(error.hint, /write it as text/);
    assert.match(error.message, /`1.5` is a float.*\n`usd` is not an ISO 4217 currency/);
    assert.deepEqual(
      error.problems.map((one) => [one.code, one.path, one.severity]),
      [['float_refused', '/money/amount', 'error'], ['currency_unknown', '/money/currency', 'error']],
    );
    assert.match(error.stack, /idioms\.test\.js/);
  });

  test('are the same from another thread', async () => {
    const input = { money: { amount: 1.5, currency: 'usd' } };
    const later = await refusedLater(callAsync('money.round', input));
    assert.deepEqual(later.problems, refused(() => call('money.round', input)).problems);
  });

  test('name an operation that is nearly there', () => {
    const error = refused(() => call('money.rond', {}));
    assert.deepEqual([error.code, error.hint], ['operation_unknown', 'did you mean `money.round`?']);
    assert.equal(refused(() => call(7, {})).code, 'operation_unknown');
  });

  test('say where text stops being JSON', () => {
    const error = refused(() => callText('money.round', '{"money": }'));
    assert.equal(error.code, 'json_invalid');
    assert.match(error.message, /line 1 column 11/);
  });
});

describe('values', () => {
  test('decimals come back as text with the digits of their currency', () => {
    assert.deepEqual(money.round({ money: usd('19.9975') }), usd('20.00'));
  });

  test('integers and BigInts will do, of any size', () => {
    assert.deepEqual(money.round({ money: usd(12) }), usd('12.00'));
    assert.deepEqual(money.round({ money: usd(12n) }), usd('12.00'));
    assert.deepEqual(money.round({ money: usd(-90071992547409939n) }), usd('-90071992547409939.00'));
    assert.equal(refused(() => money.round({ money: usd(2n ** 70n) })).code, 'amount_too_large');
  });

  test('a BigInt counts where a whole number is expected', () => {
    const given = { op: 'add', args: [{ integer: 2n }, { integer: 40 }] };
    assert.deepEqual(call('expression.evaluate', { expression: given }).value, { integer: 42 });
  });

  test('a Date is an instant', () => {
    const expression = { op: 'lt', args: [{ instant: new Date(0) }, { instant: '1970-01-01T00:00:01Z' }] };
    assert.equal(call('expression.evaluate', { expression }).holds, true);
  });

  test('undefined is left out of an object, and refused elsewhere', () => {
    assert.deepEqual(money.round({ money: usd('1'), rounding: undefined }), usd('1.00'));
    assert.equal(refused(() => money.round(undefined)).code, 'type_mismatch');
    assert.equal(refused(() => money.round({ money: undefined })).code, 'field_missing');
    const events = refused(() => schedule.rate({ schedule: steps, events: [undefined], currency: 'USD' }));
    assert.deepEqual([events.code, events.path], ['type_mismatch', '/events/0']);
  });

  test('NaN, infinity and floats are refused', () => {
    for (const amount of [0.1, 1e21, Number.NaN, Number.POSITIVE_INFINITY]) {
      const error = refused(() => money.round({ money: usd(amount) }));
      assert.equal(error.path, '/money/amount');
    }
  });

  test('what JSON has no form for says what it is, even where nothing would do as well', () => {
    const given = { op: 'add', args: [{ instant: new Date('soon') }, { integer: Number.NaN }] };
    const error = refused(() => call('expression.evaluate', { expression: given, facts: { 'a/b': null } }));
    assert.deepEqual(
      error.problems.map((one) => [one.code, one.path, one.message]),
      [
        ['type_mismatch', '/expression/args/0/instant', 'an invalid `Date` is no instant'],
        ['type_mismatch', '/expression/args/1/integer', '`NaN` is no number that JSON has'],
      ],
    );
    const event = { id: '1', kind: 'signup', at: new Date(0), partner: 'ann', quantity: Number.NaN };
    const evaluated = refused(() => commission.evaluate({ plan: PLAN, event }));
    assert.equal(evaluated.path, '/event/quantity');
    assert.equal(refused(() => new Plan(PLAN).evaluate(event, new Plan(PLAN).newState())).path, '/quantity');
    const without = { ...event, quantity: null };
    assert.equal(commission.evaluate({ plan: PLAN, event: without }).outcome.total.amount, '1.00');
  });

  test('a document may be its text', () => {
    const event = { id: '1', kind: 'signup', at: new Date(0), partner: 'ann' };
    const earned = commission.evaluate({ plan: JSON.stringify(PLAN), event });
    assert.deepEqual(earned, commission.evaluate({ plan: PLAN, event }));
    const next = { plan: JSON.stringify(PLAN), state: JSON.stringify(earned.state), event };
    assert.deepEqual(commission.evaluate(next).outcome, earned.outcome);
    assert.equal(refused(() => plan.describe({ plan: '{"id": ' })).code, 'json_invalid');
  });

  test('half of a surrogate pair is refused', () => {
    const error = refused(() => money.round({ money: { amount: '1', currency: '\ud800' } }));
    assert.equal(error.code, 'json_invalid');
  });

  test('the input is left as it was', () => {
    const input = Object.freeze({ money: Object.freeze(usd('1.005')) });
    money.round(input);
    assert.deepEqual(input, { money: usd('1.005') });
  });
});

const PLAN = {
  format: 'guerdon.plan/1',
  id: 'flat',
  version: 1,
  currency: 'USD',
  zone: 'UTC',
  groups: [
    { id: 'g', combine: 'sum', rules: [{ id: 'r', on: ['signup'], pay: { type: 'flat', amount: '1.00' } }] },
  ],
};

const steps = { mode: 'marginal', steps: [{ from: '0', rate: { percent: '1' } }] };

describe('hostile input', () => {
  const levels = 200_000;
  const nested = (make, inner = null) => {
    let value = inner;
    for (let level = 0; level < levels; level += 1) value = make(value);
    return value;
  };

  for (const [what, value] of Object.entries({
    'a deep list': nested((inner) => [inner]),
    'a deep object': nested((inner) => ({ op: 'not', args: inner })),
    'a deep list with a BigInt': nested((inner) => [1n, inner]),
  })) {
    test(`${what} is refused by its depth`, async () => {
      for (const place of [value, { expression: value }, { schedule: { steps: value } }]) {
        assert.equal(refused(() => call('schedule.rate', place)).code, 'document_too_deep');
        assert.equal((await refusedLater(callAsync('schedule.rate', place))).code, 'document_too_deep');
      }
    });
  }

  test('deep text is refused by its depth', async () => {
    for (const [open, close] of [['[', ']'], ['{"args":', '}'], ['{"list":[', ']}']]) {
      for (const text of [open.repeat(levels), `${open.repeat(levels)}1${close.repeat(levels)}`]) {
        assert.equal(refused(() => callText('expression.evaluate', text)).code, 'document_too_deep');
      }
    }
  });

  test('an object that contains itself is refused by its depth', () => {
    const self = { money: usd('1') };
    self.money.self = self;
    const error = refused(() => money.round(self));
    assert.equal(error.code, 'document_too_deep');
    assert.match(error.path, /^\/money\/self\/money\/self/);
  });

  test('text of 100 MB is refused by its size, before anything reads it', async () => {
    const text = JSON.stringify({ money: usd('1'), filler: 'x'.repeat(100_000_000) });
    const started = performance.now();
    assert.equal(refused(() => callText('money.round', text)).code, 'document_too_large');
    assert.ok(performance.now() - started < 2_000);
    assert.equal((await refusedLater(callAsync('money.round', 'x'.repeat(100_000_000)))).code, 'document_too_large');
  });

  test('what is too long for JSON.stringify is refused by its size', (context) => {
    const stringify = JSON.stringify;
    context.mock.method(JSON, 'stringify', (value) => {
      if (Array.isArray(value)) throw new RangeError('Invalid string length');
      return stringify(value);
    });
    const parts = Array.from({ length: 1_000 }, () => 'x'.repeat(1_000_000));
    assert.equal(refused(() => call('money.round', parts)).code, 'document_too_large');
  });

  test('a refused list leaves nothing behind', () => {
    const events = Array.from({ length: 10_000 }, (_, index) => (index % 2 ? '1' : [[['deep']]]));
    const error = refused(() => schedule.rate({ schedule: steps, events, currency: 'USD' }));
    assert.equal(error.problems.length, 100);
    assert.deepEqual([error.code, error.path], ['type_mismatch', '/events/0']);
    assert.equal(schedule.rate({ schedule: steps, events: ['100'], currency: 'USD' }).total.amount, '1.00');
  });

  test('what toJSON throws comes through as it is', () => {
    const failure = new Error('mine');
    const input = { toJSON: () => { throw failure; } };
    assert.throws(() => money.round(input), failure);
  });
});

test('calls run side by side on other threads', async () => {
  const calls = Array.from({ length: 200 }, (_, cents) =>
    callAsync('money.round', { money: usd(`${cents}.005`) }));
  const answers = await Promise.all(calls);
  assert.deepEqual(answers.map((answer) => answer.amount), answers.map((_, cents) => `${cents}.01`));
});
