'use strict';
// Compiled plans: the fast door, for events one by one and for tables of them.
//
// The classes keep an object of the addon each and turn values into text and back; everything is decided
// in the core.

const { columnsOf } = require('./columns.cjs');
const { mismatch, refusal } = require('./errors.cjs');
const flat = require('./flat.cjs');
const native = require('./native.cjs');
const { answer, flag, named, only } = require('./options.cjs');
const { documentText, textOf } = require('./text.cjs');

const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * How the classes below reach into each other: for the addon's objects, and for their numbers, which are
 * what calls take that are made once an event. Numbers are read last before the call, because only what is
 * still in use then is sure to have one.
 */
let stateOf;
let stateNumberOf;
let wrapState;
let rosterOf;
let rosterNumberOf;

/** What a plan remembers between events. */
class State {
  #native;
  #number;

  constructor(addons) {
    if (!(addons instanceof native.State)) {
      throw new TypeError('a state is made by a plan: plan.newState() or plan.stateFromJson(text)');
    }
    this.#native = addons;
    this.#number = addons.number();
  }

  static {
    wrapState = (addons) => new State(addons);
    const own = (value) => {
      if (typeof value === 'object' && value !== null && #number in value) return value;
      throw mismatch('a `State`', value, '/state', 'make one with `plan.newState()`');
    };
    stateOf = (value) => own(value).#native;
    stateNumberOf = (value) => own(value).#number;
  }

  /** The text to store. */
  toJson() {
    return answer(() => this.#native.toJson());
  }

  /** The document to store, for `JSON.stringify`. */
  toJSON() {
    return JSON.parse(this.toJson());
  }

  /** Another state with the same content. */
  copy() {
    return new State(answer(() => this.#native.copy()));
  }

  [inspect]() {
    return named('State(of', JSON.parse(this.#native.reference()));
  }
}

/** The host's partners. */
class Roster {
  #native;
  #number;

  constructor(partners) {
    this.#native = answer(() => new native.Roster(documentText(partners)));
    this.#number = this.#native.number();
  }

  static {
    const nobody = new Roster([]);
    const own = (value) => {
      if (value === undefined || value === null) return nobody;
      if (typeof value === 'object' && #number in value) return value;
      throw mismatch('a `Roster`', value, '/roster', 'make one with `new Roster(partners)`');
    };
    rosterOf = (value) => own(value).#native;
    rosterNumberOf = (value) => own(value).#number;
  }

  /** The record of a partner, if there is one. */
  get(partner) {
    return parsed(answer(() => this.#native.get(String(partner))));
  }

  /** How many partners there are. */
  get size() {
    return this.#native.size();
  }

  /** The records, in the order of their ids. */
  toJSON() {
    return JSON.parse(this.#native.toJson());
  }

  [inspect]() {
    return `Roster(${this.size} partners)`;
  }
}

/** A commission plan, compiled. */
class Plan {
  #native;
  #number;

  constructor(document) {
    this.#native = answer(() => new native.Plan(documentText(document)));
    this.#number = this.#native.number();
  }

  /** The document as JSON text. */
  toJson() {
    return this.#native.toJson();
  }

  /** The document. */
  toJSON() {
    return JSON.parse(this.toJson());
  }

  /** The document's id, version and hash. */
  get reference() {
    return JSON.parse(this.#native.reference());
  }

  /** What the plan reads, keeps, and may be cut by. */
  describe() {
    return JSON.parse(this.#native.describe());
  }

  /** A state in which nothing has happened yet. */
  newState() {
    return wrapState(this.#native.newState());
  }

  /** Reads a state that `toJson` wrote. */
  stateFromJson(text) {
    return wrapState(answer(() => this.#native.stateFromJson(documentText(text))));
  }

  /** Evaluates an event and remembers it in the state. */
  evaluate(event, state, options) {
    only(options, WITH_EXPLAIN);
    const text = textOf(event);
    const of = stateNumberOf(state);
    const explain = flag(options, 'explain');
    const partners = rosterNumberOf(options?.roster);
    let outcome;
    try {
      outcome = native.evaluate(text, this.#number, of, partners, explain);
    } catch (error) {
      throw refusal(error);
    }
    return flat.outcome(outcome);
  }

  /** What an event would earn, step by step, without remembering it. */
  preview(event, state, options) {
    only(options, WITH_ROSTER);
    const [text, of, partners] = [textOf(event), stateNumberOf(state), rosterNumberOf(options?.roster)];
    return flat.outcome(answer(() => native.preview(text, this.#number, of, partners)));
  }

  /** Takes back what a refund makes undue, given the lines of the event and its earlier reversals. */
  refund(refund, posted, state, options) {
    only(options, WITH_ROSTER);
    const [text, lines] = [textOf(refund), textOf(posted)];
    const [of, partners] = [stateNumberOf(state), rosterNumberOf(options?.roster)];
    return flat.outcome(answer(() => native.refund(text, lines, this.#number, of, partners)));
  }

  /** Gives again what an undone refund took back, given the lines of the event in the order they were given out. */
  reinstate(reinstatement, posted, state, options) {
    only(options, WITH_ROSTER);
    const [text, lines] = [textOf(reinstatement), textOf(posted)];
    const [of, partners] = [stateNumberOf(state), rosterNumberOf(options?.roster)];
    return flat.outcome(answer(() => native.reinstate(text, lines, this.#number, of, partners)));
  }

  /** Evaluates a table of events in its order and remembers them in the state. */
  run(columns, state, options) {
    only(options, WITH_ROSTER);
    const [of, partners] = [stateOf(state), rosterOf(options?.roster)];
    const table = columnsOf(columns);
    return answer(() => this.#native.run(table, of, partners));
  }

  /** The same on another thread, over a copy of the columns. */
  async runAsync(columns, state, options) {
    only(options, WITH_PROGRESS);
    const { roster, onProgress, signal } = options ?? {};
    signal?.throwIfAborted();
    const [of, partners] = [stateOf(state), rosterOf(roster)];
    const table = columnsOf(columns);
    const stop = new native.Stop();
    let thrown;
    const goOn = onProgress && ((done, rows) => {
      try {
        onProgress(done, rows);
        return true;
      } catch (error) {
        thrown = { error };
        return false;
      }
    });
    const onAbort = () => stop.say();
    signal?.addEventListener('abort', onAbort, { once: true });
    begun(stop);
    try {
      return await this.#native.runAsync(table, of, partners, stop, goOn);
    } catch (error) {
      const refused = refusal(error);
      if (refused.code !== 'run_interrupted') throw refused;
      throw thrown ? thrown.error : (signal?.reason ?? refused);
    } finally {
      running.delete(stop);
      if (running.size === 0) process.off('exit', stopAll);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** The sums of a state: what every partner, customer or the program has in every window. */
  totals(state, options) {
    only(options, WITH_ROSTER);
    const [of, partners] = [stateOf(state), rosterOf(options?.roster)];
    return answer(() => this.#native.totals(of, partners));
  }

  /** The tier that a partner holds, as far as events have shown; none below the first. */
  tier(partner, state) {
    const of = stateOf(state);
    return answer(() => this.#native.tier(String(partner), of)) ?? null;
  }

  [inspect]() {
    return named('Plan(', this.reference);
  }
}

/** The options that calls take. */
const WITH_ROSTER = ['roster'];
const WITH_EXPLAIN = ['roster', 'explain'];
const WITH_PROGRESS = ['roster', 'onProgress', 'signal'];

/** The runs on other threads, which a process that leaves stops rather than waits for. */
const running = new Set();

function begun(stop) {
  if (running.size === 0) process.once('exit', stopAll);
  running.add(stop);
}

function stopAll() {
  for (const stop of running) stop.say();
}

function parsed(text) {
  return typeof text === 'string' ? JSON.parse(text) : null;
}

module.exports = { Plan, Roster, State };
