// What compiles, and what must not, as CommonJS. The same as an ES module is in module.mts.

import guerdon = require('guerdon');
import type { EvaluateInput, Event, FactValue, Money, Operations, PlanDocument, Rate, Rounding } from 'guerdon';

const { GuerdonError, OPERATIONS, call, callAsync, callText, commission, expression, money, schedule } = guerdon;

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

try {
  money.round({ money: rounded });
} catch (error) {
  if (error instanceof GuerdonError) {
    const { code, path, hint, problems } = error;
    const rounding: Rounding = 'floor';
    console.log(code, path, hint, problems[0]?.severity === 'warning', rounding);
  }
}

export { both, later, names, none, text };
