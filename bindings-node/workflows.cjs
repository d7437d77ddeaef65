'use strict';
// Compiled workflows: the fast door, for hosts that keep a document and let many events happen.
//
// The class keeps an object of the addon and turns values into text and back; everything is decided in
// the core. A snapshot comes out as its text, which is what hosts store, and is read only where they ask.

const { mismatch, refusal } = require('./errors.cjs');
const native = require('./native.cjs');
const { answer, flag, named, only } = require('./options.cjs');
const { documentText, textOf } = require('./text.cjs');

const inspect = Symbol.for('nodejs.util.inspect.custom');

/** How the classes below reach into each other. */
let nativeOf;
let snapshotOf;
let textOfSnapshot;

/** Where an instance stands, as the text to store. */
class Snapshot {
  #text;

  constructor(text) {
    this.#text = String(text);
  }

  static {
    snapshotOf = (text) => new Snapshot(text);
    textOfSnapshot = (value) => (value !== null && typeof value === 'object' && #text in value ? value.#text : documentText(value));
  }

  /** The text to store. */
  toJson() {
    return this.#text;
  }

  /** The document, for `JSON.stringify`. */
  toJSON() {
    return JSON.parse(this.#text);
  }

  [inspect]() {
    const { id, status } = this.toJSON();
    return `Snapshot(of ${id}, ${status ?? 'active'})`;
  }
}

/** A workflow, compiled. */
class Workflow {
  #native;
  #number;

  constructor(document) {
    this.#native = answer(() => new native.Workflow(documentText(document)));
    this.#number = this.#native.number();
  }

  static {
    nativeOf = (value) => {
      if (typeof value === 'object' && value !== null && #native in value) return value.#native;
      throw mismatch('a `Workflow`', value, '/old', 'make one of the old document: `new Workflow(document)`');
    };
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

  /** What it is made of. */
  describe() {
    return JSON.parse(answer(() => this.#native.describe()));
  }

  /** What is probably not meant; a workflow that cannot be used is no `Workflow`. */
  validate() {
    return JSON.parse(answer(() => this.#native.validate()));
  }

  /** Begins an instance. */
  start(instance, at, options) {
    only(options, WITH_BEGINNING);
    const [id, time, data, facts] = beginning(instance, at, options);
    return turned(answer(() => this.#native.start(id, time, data, facts, flag(options, 'log'))));
  }

  /** Lets something happen to an instance. */
  apply(snapshot, event, at, options) {
    only(options, WITH_LOG);
    const text = textOfSnapshot(snapshot);
    const happening = textOf({ event, at });
    const log = flag(options, 'log');
    let lines;
    try {
      lines = native.apply(text, happening, log, this.#number);
    } catch (error) {
      throw refusal(error);
    }
    return turned(lines);
  }

  /** Plays the history of an instance from its beginning. */
  replay(instance, at, history, options) {
    only(options, WITH_BEGINNING);
    const [id, time, data, facts] = beginning(instance, at, options);
    const happened = textOf(history);
    return JSON.parse(answer(() => this.#native.replay(id, time, data, facts, happened, flag(options, 'log'))));
  }

  /** Lets the same event, or time, change many instances. */
  run(snapshots, event, at) {
    const texts = textOf(Array.from(snapshots, textOfSnapshot));
    const [happening, time] = [textOf(event), textOf(at)];
    return JSON.parse(answer(() => this.#native.run(texts, happening, time)));
  }

  /** When something is due next, and everything that is. */
  nextDue(snapshot) {
    const text = textOfSnapshot(snapshot);
    return JSON.parse(answer(() => this.#native.nextDue(text)));
  }

  /** What an instance waits for, and whether it would take it. */
  accepts(snapshot, at, options) {
    only(options, WITH_FACTS);
    const [text, time, facts] = [textOfSnapshot(snapshot), textOf(at), textOf(options?.facts ?? {})];
    return JSON.parse(answer(() => this.#native.accepts(text, time, facts)));
  }

  /** What can become of its instances: dead ends, and the shortest way to states that are active together. */
  explore(options) {
    only(options, WITH_LIMIT);
    const [to, data] = [textOf(options?.to ?? []), textOf(options?.data ?? {})];
    return JSON.parse(answer(() => this.#native.explore(to, data, options?.limit)));
  }

  /** The workflow as a drawing, with where an instance stands. */
  diagram(snapshot) {
    const text = snapshot === undefined || snapshot === null ? undefined : textOfSnapshot(snapshot);
    return JSON.parse(answer(() => this.#native.diagram(text)));
  }

  /** Takes an instance of another version over into this one. */
  migrate(old, snapshot, at, options) {
    only(options, WITH_MAP);
    const from = nativeOf(old);
    const [text, time, states] = [textOfSnapshot(snapshot), textOf(at), textOf(options?.states ?? {})];
    const [lossy, dry] = [flag(options, 'lossy'), flag(options, 'dry_run')];
    return JSON.parse(answer(() => this.#native.migrate(from, text, time, states, lossy, dry)));
  }

  [inspect]() {
    return named('Workflow(', this.reference);
  }
}

/** The options that calls take. */
const WITH_BEGINNING = ['data', 'facts', 'log'];
const WITH_LOG = ['log'];
const WITH_FACTS = ['facts'];
const WITH_LIMIT = ['to', 'data', 'limit'];
const WITH_MAP = ['states', 'lossy', 'dry_run'];

function beginning(instance, at, options) {
  return [textOf(instance), textOf(at), textOf(options?.data ?? {}), textOf(options?.facts ?? {})];
}

/** What the addon writes as two lines: what became of the event, and the snapshot. */
function turned(lines) {
  const end = lines.indexOf('\n');
  const turn = JSON.parse(lines.slice(0, end));
  turn.snapshot = snapshotOf(lines.slice(end + 1));
  return turn;
}

module.exports = { Snapshot, Workflow };
