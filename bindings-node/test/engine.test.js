// Compiled plans: one event at a time, and tables of them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';

import { GuerdonError, Plan, Roster, State, commission } from 'guerdon';

import {
  columnsOf, dice, document, eventOf, micros, money, oneByOne, orders, partners, told, totalled,
} from './history.js';

const roster = new Roster(partners);

function refused(run) {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof GuerdonError, String(error.stack));
    assert.ok(error.hint.length > 0, error.message);
    return [error.code, error.path];
  }
  throw new assert.AssertionError({ message: 'nothing was refused' });
}

describe('a compiled plan', () => {
  test('comes from an object or from text', () => {
    const [plan, other] = [new Plan(document), new Plan(JSON.stringify(document))];
    assert.deepEqual(plan.reference, other.reference);
    assert.equal(plan.reference.version, 3);
    assert.deepEqual(new Plan(plan.toJson()).reference, plan.reference);
    assert.deepEqual(new Plan(JSON.parse(JSON.stringify(plan))).reference, plan.reference);
    const described = plan.describe();
    assert.equal(described.ordering_scope, 'partner');
    assert.deepEqual(described.reads.slice(0, 2), ['customer.new', 'order.channel']);
  });

  test('is not read from bytes, and takes no option that it does not have', () => {
    assert.deepEqual(refused(() => new Plan(Buffer.from(JSON.stringify(document)))), ['type_mismatch', '']);
    const plan = new Plan(document);
    const state = plan.newState();
    const misspelt = refused(() => plan.totals(state, { partners }));
    assert.deepEqual(misspelt, ['field_unknown', '/partners']);
    assert.deepEqual(refused(() => plan.evaluate({}, state, { explian: true })), ['field_unknown', '/explian']);
    assert.deepEqual(plan.totals(state, { roster }).paid_minor, new BigInt64Array(0));
  });

  test('is refused with every problem', () => {
    try {
      new Plan({ ...document, version: 'three', currency: 'EURO', colour: 'red' });
      assert.fail();
    } catch (error) {
      assert.deepEqual(error.problems.map(({ path }) => path).sort(), ['/colour', '/currency', '/version']);
    }
    assert.equal(refused(() => new Plan('{'))[0], 'json_invalid');
    assert.equal(refused(() => new Plan(undefined))[0], 'type_mismatch');
    assert.equal(refused(() => new Plan({ ...document, caps: [{ id: 'a', scope: 'order', max: 1.5 }] }))[0], 'float_refused');
  });

  test('evaluates as the operation does', () => {
    const plan = new Plan(document);
    const state = plan.newState();
    let stored;
    orders(40, 7, { refunds: false }).forEach((order, row) => {
      const event = eventOf(order, row);
      const outcome = plan.evaluate(event, state, { roster, explain: true });
      const by = commission.evaluate({ plan: document, event, partners, explain: true, ...(stored && { state: stored }) });
      assert.deepEqual(outcome, by.outcome);
      stored = by.state;
      assert.deepEqual(state.toJSON(), stored);
    });
  });

  test('gives ids back whatever is in them', () => {
    const plan = new Plan(document);
    for (const text of ['two\nlines', '\n', '\0', '{"json": true}', 'tab\t', '\u007f', 'ünïcödé', '会社', '👩‍🚀', '\u2028', '"', '\\']) {
      const event = { ...eventOf(orders(1, 7)[0], 0), id: text, partner: text, customer: text };
      const state = plan.newState();
      const outcome = plan.evaluate(event, state, { roster, explain: true });
      assert.deepEqual(outcome, commission.evaluate({ plan: document, event, partners, explain: true }).outcome);
      assert.deepEqual([outcome.event, outcome.lines[0].partner, outcome.lines[0].customer], [text, text, text]);
    }
  });

  test('previews without changing anything, and explains', () => {
    const plan = new Plan(document);
    const state = plan.newState();
    const before = state.toJson();
    const event = eventOf(orders(1, 7)[0], 0);
    const previewed = plan.preview(event, state);
    assert.equal(state.toJson(), before);
    assert.ok(previewed.steps.length > 0);
    const outcome = plan.evaluate(event, state);
    assert.deepEqual(outcome.steps, []);
    assert.deepEqual([outcome.lines, outcome.total], [previewed.lines, previewed.total]);
    assert.notEqual(state.toJson(), before);
  });

  test('a full refund in parts lands on zero', () => {
    const plan = new Plan(document);
    const state = plan.newState();
    const event = { ...eventOf(orders(1, 7)[0], 0), kind: 'sale', partner: 'p2', amount: money(10_001) };
    let posted = plan.evaluate(event, state, { roster }).lines;
    const refund = (id, cents) => ({ id, at: event.at, event: event.id, amount: money(cents) });
    for (const [id, cents] of [['r1', 5_000], ['r2', 5_001]]) {
      posted = [...posted, ...plan.refund(refund(id, cents), posted, state, { roster }).lines];
    }
    const cents = posted.map(({ amount }) => Math.round(Number(amount.amount) * 100));
    assert.equal(cents.reduce((all, one) => all + one), 0);
    assert.deepEqual(refused(() => plan.refund(refund('r3', 1), posted, state)), ['refund_exceeds_sale', '/refund/amount']);
    assert.deepEqual(refused(() => plan.refund({ ...refund('r3', 1), id: 3 }, posted, state)), ['type_mismatch', '/refund/id']);
    assert.deepEqual(refused(() => plan.refund(refund('r3', 1), [{}], state))[1].slice(0, 9), '/posted/0');
  });

  test('states are stored, copied and read again', () => {
    const plan = new Plan(document);
    const state = plan.newState();
    orders(30, 7, { refunds: false }).forEach((order, row) => plan.evaluate(eventOf(order, row), state, { roster }));
    const text = state.toJson();
    const copies = [state.copy(), plan.stateFromJson(text), plan.stateFromJson(JSON.parse(JSON.stringify(state)))];
    const event = eventOf(orders(31, 7, { refunds: false })[30], 30);
    const expected = plan.evaluate(event, state, { roster });
    for (const copy of copies) {
      assert.equal(copy.toJson(), text);
      assert.deepEqual(plan.evaluate(event, copy, { roster }), expected);
    }
    const tiers = new Set([0, 1, 2, 3, 4, 5, 9].map((partner) => plan.tier(`p${partner}`, state)));
    assert.ok(tiers.has('gold') && tiers.has('silver') && tiers.has(null));
    assert.equal(refused(() => plan.stateFromJson('{}'))[0], 'field_missing');
  });

  test('a state of another plan is refused', () => {
    const plan = new Plan(document);
    const other = new Plan({ ...document, version: 4 });
    const state = other.newState();
    const event = eventOf(orders(1, 7)[0], 0);
    assert.equal(refused(() => plan.evaluate(event, state))[0], 'state_mismatch');
    assert.equal(refused(() => plan.stateFromJson(state.toJson()))[0], 'state_mismatch');
    assert.equal(refused(() => plan.totals(state))[0], 'state_mismatch');
    assert.equal(refused(() => plan.run(columnsOf(orders(3, 7)), state))[0], 'state_mismatch');
  });

  test('a refused event changes nothing', () => {
    const plan = new Plan(document);
    const state = plan.newState();
    const before = state.toJson();
    const event = eventOf(orders(1, 7)[0], 0);
    const dollars = { ...event, amount: { amount: '1', currency: 'USD' } };
    assert.deepEqual(refused(() => plan.evaluate(dollars, state)), ['currency_mismatch', '/amount/currency']);
    assert.deepEqual(refused(() => plan.evaluate({ ...event, at: '2026-01-01' }, state))[1], '/at');
    assert.deepEqual(refused(() => plan.evaluate({ ...event, colour: 1 }, state)), ['field_unknown', '/colour']);
    for (const value of [undefined, null, 1, 'text', [], {}]) refused(() => plan.evaluate(value, state));
    assert.equal(state.toJson(), before);
  });

  test('arguments of another class are named', () => {
    const plan = new Plan(document);
    const event = eventOf(orders(1, 7)[0], 0);
    for (const value of [undefined, null, {}, Object.create(State.prototype), plan]) {
      assert.throws(() => plan.evaluate(event, value), /State|private/);
    }
    assert.deepEqual(refused(() => plan.evaluate(event, {})), ['type_mismatch', '/state']);
    assert.deepEqual(refused(() => plan.evaluate(event, plan.newState(), { roster: [] })), ['type_mismatch', '/roster']);
    assert.throws(() => new State(), TypeError);
    assert.deepEqual(refused(() => new Roster([{ id: 'a' }, { id: 'a' }])), ['id_duplicate', '/1/id']);
    assert.equal(refused(() => new Roster([{ id: 'a', sponsor: 'b' }, { id: 'b', sponsor: 'a' }]))[0], 'sponsor_cycle');
  });

  test('options are a plain object', async () => {
    const plan = new Plan(document);
    const state = plan.newState();
    const before = state.toJson();
    const event = eventOf(orders(1, 7)[0], 0);
    const table = columnsOf(orders(3, 7));
    const refund = { id: 'r', event: event.id, at: event.at, amount: money(1) };
    const calls = [
      (options) => plan.evaluate(event, state, options),
      (options) => plan.preview(event, state, options),
      (options) => plan.refund(refund, [], state, options),
      (options) => plan.run(table, state, options),
      (options) => plan.totals(state, options),
    ];
    for (const options of [roster, state, new Map([['roster', roster]]), [], 'roster', 1, true, () => roster]) {
      for (const call of calls) assert.deepEqual(refused(() => call(options)), ['type_mismatch', '/options']);
      await assert.rejects(plan.runAsync(table, state, options), { code: 'type_mismatch', path: '/options' });
    }
    assert.throws(() => plan.run(table, state, roster), { hint: 'write `{ roster }`', message: /found a `Roster`/ });
    assert.equal(state.toJson(), before);
    const without = Object.assign(Object.create(null), { roster });
    const foreign = Object.assign(runInNewContext('({})'), { roster });
    const [one, ...others] = [{ roster }, without, foreign].map((options) => plan.preview(event, state, options));
    for (const other of others) assert.deepEqual(other, one);
    assert.deepEqual(plan.preview(event, state, null), plan.preview(event, state));
  });

  test('a roster knows its partners', () => {
    assert.equal(roster.size, 4);
    assert.equal(roster.get('p2').sponsor, 'p1');
    assert.equal(roster.get('nobody'), null);
    assert.deepEqual(new Roster(JSON.stringify(roster)).toJSON(), roster.toJSON());
  });

  test('objects show what they are', () => {
    const plan = new Plan(document);
    assert.equal(inspect(plan), 'Plan(shop, version 3)');
    assert.equal(inspect(plan.newState()), 'State(of shop, version 3)');
    assert.equal(inspect(roster), 'Roster(4 partners)');
  });
});

describe('a run', () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    test(`earns what its events earn one by one (${seed})`, async () => {
      const plan = new Plan(document);
      const list = orders(300, seed);
      const single = plan.newState();
      const expected = oneByOne(plan, single, roster, list);
      assert.ok(list.some(({ refundOf }) => refundOf >= 0));
      const [here, there] = [plan.newState(), plan.newState()];
      const table = columnsOf(list);
      assert.deepEqual(told(plan.run(table, here, { roster })), expected);
      assert.deepEqual(told(await plan.runAsync(table, there, { roster })), expected);
      assert.equal(here.toJson(), single.toJson());
      assert.equal(there.toJson(), single.toJson());
    });
  }

  test('goes on from the state of another', () => {
    const plan = new Plan(document);
    const list = orders(300, 11, { refunds: false });
    const [whole, parts] = [plan.newState(), plan.newState()];
    const expected = told(plan.run(columnsOf(list), whole, { roster })).commission;
    const found = [];
    for (let start = 0; start < list.length; start += 77) {
      found.push(...told(plan.run(columnsOf(list.slice(start, start + 77)), parts, { roster })).commission);
    }
    assert.deepEqual(found, expected);
    assert.equal(parts.toJson(), whole.toJson());
  });

  test('parts that are cut by the ordering scope merge to the same totals', async () => {
    const plan = new Plan(document);
    assert.equal(plan.describe().ordering_scope, 'partner');
    const list = orders(600, 12, { refunds: false });
    const whole = plan.newState();
    plan.run(columnsOf(list), whole, { roster });
    const parts = [0, 1, 2].map((part) => list.filter(({ partner }) => Number(partner[1]) % 3 === part));
    const states = parts.map(() => plan.newState());
    await Promise.all(parts.map((part, number) => plan.runAsync(columnsOf(part), states[number], { roster })));
    const merged = commission.merge({ plan: document, states: states.map((state) => state.toJSON()) });
    assert.deepEqual(merged.state, whole.toJSON());
    const totals = (state) => totalled(plan.totals(state, { roster }));
    assert.deepEqual(totals(plan.stateFromJson(merged.state)), totals(whole));
  });

  test('totals tell what was paid', () => {
    const plan = new Plan(document);
    const state = plan.newState();
    const { commission_minor } = plan.run(columnsOf(orders(300, 13)), state, { roster });
    const rows = totalled(plan.totals(state, { roster }));
    assert.deepEqual(new Set(rows.map(({ meter }) => meter)), new Set(['cap/monthly', 'ladder', 'schedule/monthly']));
    const capped = rows.filter(({ meter }) => meter === 'cap/monthly');
    const sum = (list) => list.reduce((all, one) => all + one, 0n);
    assert.equal(sum(capped.map(({ paid }) => paid)), sum([...commission_minor]));
    const february = capped.filter(({ window }) => window === '2026-02');
    assert.deepEqual(february.map(({ key }) => key), february.map(({ key }) => key).sort());
    assert.equal(february[0].start, micros(Date.parse('2026-01-31T23:00:00Z')));
    assert.equal(february[0].end, micros(Date.parse('2026-02-28T23:00:00Z')));
    const exact = rows.map(({ measure }) => measure).filter((measure) => typeof measure !== 'bigint');
    assert.ok(exact.length > 0, 'a part of a refund is no whole cent');
    assert.ok(exact.every((measure) => /^-?\d+(\.\d+|\/\d+)?$/.test(measure)), exact.join());
  });

  test('is quick with a million rows', async () => {
    const draw = dice(5);
    const rows = 1_000_000;
    const plan = new Plan({ ...document, multipliers: [], facts: {}, groups: [{ ...document.groups[0], rules: [document.groups[0].rules[4]] }] });
    const table = {
      at: BigInt64Array.from({ length: rows }, (_, row) => micros(1_767_225_600_000) + BigInt(row) * 30_000_000n),
      partner: Int32Array.from({ length: rows }, () => draw(20_000)),
      amount_minor: Int32Array.from({ length: rows }, () => 100 + draw(50_000)),
    };
    const [here, there] = [plan.newState(), plan.newState()];
    const earned = plan.run(table, here);
    const turns = { taken: 0 };
    const timer = setInterval(() => { turns.taken += 1; }, 1);
    const same = await plan.runAsync(table, there);
    clearInterval(timer);
    assert.deepEqual(same, earned);
    assert.equal(earned.commission_minor.length, rows);
    assert.ok(turns.taken > 3, 'the main thread went on meanwhile');
  });
});
