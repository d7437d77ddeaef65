// Compiled workflows: written by hand, over the generated types.

import type {
  FactValue,
  InstantInput,
  MigrateOutcome,
  SnapshotDocument,
  WorkflowAccepts,
  WorkflowDescription,
  WorkflowDiagram,
  WorkflowDocument,
  WorkflowDue,
  WorkflowEvent,
  WorkflowExploration,
  WorkflowFindings,
  WorkflowHappening,
  WorkflowReference,
  WorkflowReplay,
  WorkflowRun,
  WorkflowTurn,
} from './types.cjs';

/** A snapshot on its way in: as it came out, as the text that was stored, or as its document. */
export type SnapshotInput = Snapshot | string | SnapshotDocument<InstantInput>;

export interface LogOption {
  /** Whether to tell everything that happened. */
  log?: boolean | undefined;
}

export interface FactsOption {
  /** What is known, by name of the fact. */
  facts?: { [name: string]: FactValue<InstantInput> } | undefined;
}

export interface StartOptions extends LogOption, FactsOption {
  /** What it remembers from the start, by name, in the place of the first values of the document. */
  data?: { [name: string]: FactValue<InstantInput> } | undefined;
}

export interface ExploreOptions {
  /** States that are looked for, active together. */
  to?: readonly string[] | undefined;
  /** What an instance remembers from the start, by name. */
  data?: { [name: string]: FactValue<InstantInput> } | undefined;
  /** How many configurations are explored; 10,000 unless said. */
  limit?: number | undefined;
}

export interface MigrateOptions {
  /** Which state of the new version stands for which of the old one, where the names differ. */
  states?: { [old: string]: string } | undefined;
  /** Whether what has no place in the new version may be lost. */
  lossy?: boolean | undefined;
  /** Whether only to tell what would be lost. */
  dry_run?: boolean | undefined;
}

/** What came of an event, and where the instance stands then. */
export interface Turned extends WorkflowTurn {
  /** To be stored, before the effects are performed. */
  snapshot: Snapshot;
}

/** Where an instance stands: what a host stores and hands in again. */
export declare class Snapshot {
  /** Takes a text that was stored; it is read when it is used. */
  constructor(text: string);
  /** The text to store. */
  toJson(): string;
  /** The document, for `JSON.stringify`. */
  toJSON(): SnapshotDocument;
}

/**
 * A workflow, compiled: the fast door, for a host that lets many events happen. It holds no instance, so one
 * serves any number of them.
 *
 * A call that is refused throws a `GuerdonError`, and the snapshot that the host has stays good.
 */
export declare class Workflow {
  constructor(document: WorkflowDocument<InstantInput> | string);
  /** The document as JSON text. */
  toJson(): string;
  /** The document. */
  toJSON(): WorkflowDocument;
  /** The document's id, version and hash. */
  readonly reference: WorkflowReference;
  /** What it is made of. */
  describe(): WorkflowDescription;
  /** What is probably not meant; a workflow that cannot be used is no `Workflow`. */
  validate(): WorkflowFindings;
  /** Begins an instance, by the host's id of it. */
  start(instance: string, at: InstantInput, options?: StartOptions): Turned;
  /** Lets an event, a step's end or time change an instance. */
  apply(snapshot: SnapshotInput, event: WorkflowEvent, at: InstantInput, options?: LogOption): Turned;
  /** Plays the history of an instance from its beginning. */
  replay(
    instance: string,
    at: InstantInput,
    history: readonly WorkflowHappening[],
    options?: StartOptions,
  ): WorkflowReplay;
  /** Lets the same event, or time, change many instances; one that cannot be advanced says why. */
  run(snapshots: Iterable<SnapshotInput>, event: WorkflowEvent, at: InstantInput): WorkflowRun;
  /** When something is due next, and everything that is. */
  nextDue(snapshot: SnapshotInput): WorkflowDue;
  /** What an instance waits for, and whether it would take it. */
  accepts(snapshot: SnapshotInput, at: InstantInput, options?: FactsOption): WorkflowAccepts;
  /** What can become of its instances: dead ends, and the shortest way to states that are active together. */
  explore(options?: ExploreOptions): WorkflowExploration;
  /** The workflow as a drawing, with where an instance stands. */
  diagram(snapshot?: SnapshotInput): WorkflowDiagram;
  /** Takes an instance of another version over into this one. */
  migrate(old: Workflow, snapshot: SnapshotInput, at: InstantInput, options?: MigrateOptions): MigrateOutcome;
}
