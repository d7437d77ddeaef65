// What compiles, and what must not, as CommonJS. The same as an ES module is in module.mts.

import guerdon = require('guerdon');
import type {
  Earnings, EvaluateInput, Event, EventColumns, FactValue, Money, Operations, Outcome, PlanDocument, Rate, Refund,
  Rounding, State, Totals,
} from 'guerdon';

const { GuerdonError, OPERATIONS, Plan, Roster, call, callAsync, callText, commission, expression, money, schedule } = guerdon;

const rounded: Money = money.round({ money: { amount: '1.005', currency: 'USD' }, rounding: 'half_even' });
const same: Money = call('money.round', { money: rounded });
const later: Promise<Money> = callAsync('money.round', { money: same });
const text: string = callText('money.round', '{}');
const names: readonly (keyof Operations)[] = OPERATIONS;

// A float is refused before it runs.
// @ts-expect-error
money.round({ money: { amount: 1.5, currency: 'USD' } });
// @ts-expect-error
money.round({ money: { amount: '1', currency: 'USD' }, rounding: 'half_odd' });
// @ts-expect-error
money.round({ money: { amount: '1', currency: 'USD' }, roundin: 'floor' });
// @ts-expect-error
money.round({ money: { amount: '1' } });
// @ts-expect-error
call('money.rond', {});

// Exactly one key.
const eighth: Rate = { percent: '12.5' };
const third: Rate = { ratio: '1/3' };
// @ts-expect-error
const both: Rate = { percent: '12.5', ratio: '1/8' };
// @ts-expect-error
const none: Rate = {};

// A Date goes in as well as text does, and text comes out.
const plan: PlanDocument = {
  format: 'guerdon.plan/1',
  id: 'simple',
  version: 1,
  currency: 'USD',
  zone: 'UTC',
  groups: [{ id: 'sales', combine: 'first', rules: [{ id: 'tenth', pay: { type: 'percent', rate: eighth } }] }],
};
// @ts-expect-error
const future: PlanDocument = { ...plan, format: 'guerdon.plan/2' };
const event: Event = { id: 'order-1', kind: 'sale', at: new Date(), partner: 'ann', amount: rounded };
const input: EvaluateInput = { plan, event, partners: [{ id: 'ann' }] };
const { outcome, state } = commission.evaluate(input);
commission.evaluate({ ...input, event: { ...event, at: '2026-11-20T10:00:00Z' }, state });
for (const line of outcome.lines) {
  const amount: string = line.amount.amount;
  console.log(amount);
}

// What has a `type` can be told apart by it.
for (const step of outcome.steps) {
  if (step.type === 'base') console.log(step.base.amount);
}

const fact: FactValue<Date> = { instant: new Date() };
expression.evaluate({ expression: { op: 'not', args: [{ bool: true }] }, values: { now: fact } });
schedule.rate({ schedule: { mode: 'marginal', steps: [{ from: '0', rate: third }] }, events: ['1'], currency: 'USD' });

// A compiled plan, with columns of every form.
const compiled = new Plan(plan);
const fromText = new Plan(JSON.stringify(plan));
const known = new Roster([{ id: 'ann', sponsor: 'bob' }]);
const kept: State = compiled.newState();
const total: Money = compiled.evaluate(event, kept, { roster: known, explain: true }).total;
const refund: Refund = { id: 'r', event: 'order-1', at: new Date(), amount: total };
const reversed: Outcome = compiled.refund(refund, outcome.lines, kept, { roster: known });
const read: State = compiled.stateFromJson(kept.toJson());
const copied: State = compiled.stateFromJson(kept.copy().toJSON());
const tier: string | null = compiled.tier('ann', kept);
const table: EventColumns = {
  at: new BigInt64Array(2),
  partner: ['ann', 'bob'],
  amount_minor: new Int32Array(2),
  quantity: undefined,
  customer: { codes: new Uint8Array(2), words: ['c'] },
  refund_of: { values: new BigInt64Array(2), valid: new Uint8Array(2) },
  'order.channel': ['app', null],
  'customer.new': new Uint8Array(2),
};
const earned: Earnings = compiled.run(table, kept, { roster: known });
const first: bigint | undefined = earned.commission_minor[0];
const sponsor: string | undefined = earned.overrides.partner.words[earned.overrides.partner.codes[0] ?? -1];
const running: Promise<Earnings> = compiled.runAsync(table, kept, {
  signal: AbortSignal.timeout(1_000),
  onProgress: (done, rows) => console.log(done / rows),
});
const totals: Totals = compiled.totals(kept, { roster: known });
const paid: BigInt64Array = totals.paid_minor;

// @ts-expect-error
new guerdon.State();
// @ts-expect-error
compiled.evaluate({ ...event, kind: 'sail' }, kept);
// @ts-expect-error
compiled.evaluate(event, { ...kept });
// @ts-expect-error
compiled.run({ ...table, at: new Float64Array(2) }, kept);
// @ts-expect-error
compiled.run({ ...table, 'order.total': [1, 2] }, kept);
// @ts-expect-error
compiled.run({ partner: new Int32Array(2) }, kept);
// @ts-expect-error
compiled.run(table, kept, { signal: AbortSignal.timeout(1_000) });

try {
  money.round({ money: rounded });
} catch (error) {
  if (error instanceof GuerdonError) {
    const { code, path, hint, problems } = error;
    const rounding: Rounding = 'floor';
    console.log(code, path, hint, problems[0]?.severity === 'warning', rounding);
  }
}

export { both, copied, first, fromText, later, names, none, paid, read, reversed, running, sponsor, text, tier };

// A compiled workflow: a snapshot goes in as it came out, as text, or as its document.
const journey = new guerdon.Workflow({ format: 'guerdon.workflow/1', id: 'w', version: 1, states: [{ id: 'a' }] });
const went = journey.apply(journey.start('i', new Date()).snapshot, { type: 'event', name: 'go' }, new Date());
const stored: string = went.snapshot.toJson();
journey.apply(stored, { type: 'due' }, new Date(), { log: true });
// @ts-expect-error
journey.migrate({}, stored, new Date());
