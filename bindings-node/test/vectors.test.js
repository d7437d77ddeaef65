// Runs every conformance vector through each door of the package, under both module systems, one named test each.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as esm from 'guerdon';

const cjs = createRequire(import.meta.url)('guerdon');
const folder = fileURLToPath(new URL('../../tests/vectors', import.meta.url));

function* read() {
  for (const file of readdirSync(folder, { recursive: true }).sort()) {
    if (!file.endsWith('.json')) continue;
    for (const vector of JSON.parse(readFileSync(join(folder, file), 'utf8'))) {
      yield { ...vector, name: `${file.slice(0, -'.json'.length)}: ${vector.name}` };
    }
  }
}

const vectors = [...read()];

const doors = (guerdon) => ({
  text: ({ op, input }) => JSON.parse(guerdon.callText(op, JSON.stringify(input))),
  call: ({ op, input }) => guerdon.call(op, input),
  async: ({ op, input }) => guerdon.callAsync(op, input),
  typed: ({ op, input }) => typed(guerdon, op)(input),
});

function typed(guerdon, operation) {
  const [domain, verb] = operation.split('.');
  return guerdon[domain][verb.replace(/_[a-z]/g, (part) => part[1].toUpperCase())];
}

for (const [system, guerdon] of Object.entries({ esm, cjs })) {
  for (const [door, run] of Object.entries(doors(guerdon))) {
    describe(`${system}, ${door}`, () => {
      for (const vector of vectors) test(vector.name, () => check(guerdon, run, vector));
    });
  }

  test(`${system}: every operation has a vector and a function`, () => {
    for (const name of guerdon.OPERATIONS) {
      assert.ok(vectors.some((vector) => vector.op === name), `no vector for ${name}`);
      assert.equal(typeof typed(guerdon, name), 'function');
    }
  });
}

/** Runs something whose problems stand at a place of the operation's input. */
const placed = (GuerdonError) => (place, make) => {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof GuerdonError)) throw error;
    throw new GuerdonError(error.problems.map((one) => ({ ...one, path: `${place}${one.path}` })));
  }
};

/**
 * The compiled plan, by vectors of the operations that it has too. Its parts are read one after the other, so
 * it says what is wrong with the first part only; each part's problems are where they are in the operation.
 */
function compiledPlan({ Plan, Roster, GuerdonError }, { op, input }) {
  const under = placed(GuerdonError);
  const plan = under('/plan', () => new Plan(input.plan));
  const roster = under('/partners', () => new Roster(input.partners ?? []));
  const state = under('/state', () => (input.state ? plan.stateFromJson(input.state) : plan.newState()));
  const evaluate = (event, explain) => plan.evaluate(event, state, { roster, explain });
  const answers = {
    'plan.describe': () => plan.describe(),
    'commission.evaluate': () => {
      const outcome = under('/event', () => evaluate(input.event, input.explain));
      return { outcome, state: state.toJSON() };
    },
    'commission.refund': () => {
      const outcome = plan.refund(input.refund, input.posted, state, { roster });
      return { outcome, state: state.toJSON() };
    },
    'commission.reinstate': () => {
      const outcome = plan.reinstate(input.reinstatement, input.posted, state, { roster });
      return { outcome, state: state.toJSON() };
    },
    'commission.replay': () => {
      const outcomes = [];
      input.history.forEach((happening, position) => under(`/history/${position}`, () => {
        if (happening.type === 'event') {
          outcomes.push(under('/event', () => evaluate(happening.event, input.explain)));
          return;
        }
        const { refund, reinstatement } = happening;
        // A plan that rates again is given all that it posted; it finds what it needs.
        const posted = input.plan.refunds === 're_rate'
          ? outcomes.flatMap(({ lines }) => lines)
          : linesOf(outcomes, (refund ?? reinstatement).event);
        const outcome = refund
          ? plan.refund(refund, posted, state, { roster })
          : plan.reinstate(reinstatement, posted, state, { roster });
        outcomes.push(input.explain ? outcome : { ...outcome, steps: [] });
      }));
      return { outcomes, state: state.toJSON() };
    },
  };
  return answers[op]();
}

/** The lines of an event so far, reversals included. */
function linesOf(outcomes, event) {
  const lines = outcomes.flatMap((outcome) => outcome.lines);
  const own = new Set(lines.filter((line) => line.event === event).map(({ id }) => id));
  return lines.filter((line) => own.has(line.id) || own.has(line.origin));
}

/** The compiled workflow, by vectors of the operations that it has too; what comes back as `Snapshot` is its document. */
function compiledWorkflow({ Workflow, GuerdonError }, { op, input, error }) {
  const under = placed(GuerdonError);
  const { at, data, event, facts, history, instance, log, snapshot, snapshots, states, lossy, dry_run } = input;
  const old = op === 'workflow.migrate' && under('/old', () => new Workflow(input.old));
  let workflow;
  try {
    workflow = under('/workflow', () => new Workflow(input.workflow));
  } catch (refused) {
    if (op !== 'workflow.validate' || error) throw refused;
    return { usable: false, problems: refused.problems };
  }
  const answers = {
    'workflow.describe': () => workflow.describe(),
    'workflow.validate': () => {
      const { usable, problems } = workflow.validate();
      return { usable, problems: problems?.map((one) => ({ ...one, path: `/workflow${one.path}` })) };
    },
    'workflow.start': () => workflow.start(instance, at, { data, facts, log }),
    'workflow.apply': () => workflow.apply(snapshot, event, at, { log }),
    'workflow.replay': () => workflow.replay(instance, at, history ?? [], { data, facts, log }),
    'workflow.run': () => workflow.run(snapshots, event ?? { type: 'due' }, at),
    'workflow.explore': () => workflow.explore({ to: input.to, data, limit: input.limit }),
    'workflow.next_due': () => workflow.nextDue(snapshot),
    'workflow.accepts': () => workflow.accepts(snapshot, at, { facts }),
    'workflow.diagram': () => workflow.diagram(snapshot),
    'workflow.migrate': () => workflow.migrate(old, snapshot, at, { states, lossy, dry_run }),
  };
  return JSON.parse(JSON.stringify(answers[op]()));
}

const WORKFLOW = ['describe', 'validate', 'start', 'apply', 'replay', 'run', 'explore', 'next_due', 'accepts', 'diagram', 'migrate'];
const COMPILED_WORKFLOW = WORKFLOW.map((verb) => `workflow.${verb}`);
const compiled = (guerdon, vector) => (vector.op.startsWith('workflow.') ? compiledWorkflow : compiledPlan)(guerdon, vector);

const COMPILED = [
  'plan.describe', 'commission.evaluate', 'commission.refund', 'commission.reinstate', 'commission.replay',
  ...COMPILED_WORKFLOW,
];
/** What is wrong with the operation's own input, which a method does not take. */
const OWN = /^\/(plan|partners|state|event|refund|reinstatement|posted|history|workflow|old|snapshots?|states|instance|at|data|facts|to)(\/|$)/;

for (const [system, guerdon] of Object.entries({ esm, cjs })) {
  describe(`${system}, compiled`, () => {
    for (const vector of vectors.filter(({ op }) => COMPILED.includes(op))) {
      if (vector.error && !vector.error.every(({ path }) => OWN.test(path))) continue;
      test(vector.name, () => checkCompiled(guerdon, vector));
    }
  });
}

function checkCompiled(guerdon, vector) {
  if (!vector.error) {
    assert.deepEqual(compiled(guerdon, vector), vector.expect);
    return;
  }
  assert.throws(
    () => compiled(guerdon, vector),
    (error) => {
      assert.ok(error instanceof guerdon.GuerdonError, String(error.stack));
      const part = (path) => path.split('/')[1];
      const first = part(error.problems[0].path);
      const expected = vector.error.filter(({ path }) => part(path) === first);
      const found = error.problems.filter(({ path }) => part(path) === first);
      assert.deepEqual(found.map(({ code, path }) => ({ code, path })), expected);
      return true;
    },
  );
}

async function check(guerdon, run, vector) {
  if (!vector.error) {
    assert.deepEqual(await run(vector), vector.expect);
    return;
  }
  await assert.rejects(
    async () => run(vector),
    (error) => {
      assert.ok(error instanceof guerdon.GuerdonError);
      assert.deepEqual(error.problems.map(({ code, path }) => ({ code, path })), vector.error);
      return true;
    },
  );
}
