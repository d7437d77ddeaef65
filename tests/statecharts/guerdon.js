// The Node package of this checkout, and an instance of a workflow to play with.

import { workflow } from '../../bindings-node/index.js';

/** An instance whose clock stands still until it is told otherwise. */
export class Instance {
  #now = Date.UTC(2026, 0, 1);

  constructor(document) {
    this.document = document;
    this.#take(workflow.start({ workflow: document, instance: 'i', at: this.#at() }));
  }

  wait(milliseconds) {
    this.#now += milliseconds;
  }

  send(name) {
    return this.#apply({ type: 'event', name });
  }

  due() {
    return this.#apply({ type: 'due' });
  }

  #apply(event) {
    const input = { workflow: this.document, snapshot: this.snapshot, event, at: this.#at() };
    return this.#take(workflow.apply(input));
  }

  #take(outcome) {
    this.snapshot = outcome.snapshot;
    this.states = outcome.states;
    this.effects = outcome.effects;
    this.status = outcome.status;
    return outcome;
  }

  #at() {
    return new Date(this.#now).toISOString();
  }
}
