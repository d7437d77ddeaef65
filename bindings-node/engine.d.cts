// Compiled plans: written by hand, over the generated types.

import type {
  Event,
  InstantInput,
  Line,
  Outcome,
  Partner,
  PlanDescription,
  PlanDocument,
  PlanReference,
  Refund,
  Reinstatement,
  StateDocument,
} from './types.cjs';

/** A typed array of whole numbers. */
export type Integers =
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** A typed array of codes. */
export type Codes = Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

/** Numbers of which some are nulls: those whose row has a 0 in `valid`. */
export interface NullableColumn<Values = Integers> {
  values: Values;
  valid: Uint8Array;
}

/** Words, and which of them each row has: counted from 0, below zero for a null. */
export interface WordColumn<Which = Codes> {
  codes: Which;
  words: readonly string[];
  /** Where there is a word; everywhere, if it is not given. */
  valid?: Uint8Array;
}

/** Words: codes into a list, or one string for each row. */
export type Words = WordColumn | readonly (string | null)[];

/** Numbers that stand for ids, or words. */
export type Ids = Integers | Words;

/** Any column. What a fact's has to be follows from its type. */
export type Column = Integers | NullableColumn | Words;

/**
 * Events as columns, a value for each row. Those that the plan does not read are left alone.
 *
 * Facts go by their names: words as they are, whole numbers and 1 or 0 for a bool as integers, instants as
 * microseconds, decimals and dates as words. A fact of money is `NAME_minor` in whole minor units, or `NAME`
 * in decimals as words.
 */
export interface EventColumns {
  /** When each happened: microseconds since 1970-01-01T00:00:00Z, or text with an offset. */
  at: BigInt64Array | Words;
  /** Who earns. */
  partner: Ids;
  /** What was paid, in minor units of the plan's currency; or `amount`, in decimals as words. */
  amount_minor?: Integers | undefined;
  amount?: Words | undefined;
  /** The net amount, if it is another one. */
  net_minor?: Integers | undefined;
  net?: Words | undefined;
  /** How many units; 1 unless given. */
  quantity?: Integers | undefined;
  /** The kinds of event; sales unless given. */
  kind?: Words | undefined;
  /** Who bought; needed if a cap or a condition asks for it. */
  customer?: Ids | undefined;
  /** Of a refund, the earlier row that it gives back, counted from 0; -1 for everything else. */
  refund_of?: Integers | NullableColumn | undefined;
  [fact: string]: Column | undefined;
}

/** What each row of a run earned, in minor units of the plan's currency; below zero for refunds. */
export interface Earnings {
  /** What the seller earned. */
  commission_minor: BigInt64Array;
  /** What caps took away. */
  lost_minor: BigInt64Array;
  /** What sponsors earned, an entry each. */
  overrides: {
    /** The row that it came from. */
    row: Uint32Array;
    /** The sponsor. */
    partner: WordColumn<Int32Array>;
    /** How far up. */
    level: Uint8Array;
    amount_minor: BigInt64Array;
  };
}

/** The sums of a state, an entry for each meter, window and key. */
export interface Totals {
  /** The name of the meter: `schedule/NAME`, `cap/ID` or `ladder`. */
  meter: WordColumn<Int32Array>;
  /** The partner or the customer; null for the program. */
  key: WordColumn<Int32Array>;
  /** The number of the window, as states have it. */
  ordinal: Int32Array;
  /** The name of the window, such as `2026-11`. */
  window: WordColumn<Int32Array>;
  /** Its first instant, in microseconds since 1970-01-01T00:00:00Z; null for a lifetime. */
  window_start: NullableColumn<BigInt64Array>;
  /** The first instant after it; null for a lifetime. */
  window_end: NullableColumn<BigInt64Array>;
  /** What was measured, in minor units for a volume; null where it is no whole number of 64 bits. */
  measure: NullableColumn<BigInt64Array>;
  /** The measures that are no such number, as text. */
  measure_exact: WordColumn<Int32Array>;
  /** What was posted, in minor units of the plan's currency; 0 for the ladder, which only measures. */
  paid_minor: BigInt64Array;
}

export interface RosterOption {
  /** The host's partners; nobody is known unless it is given. */
  roster?: Roster | undefined;
}

export interface EvaluateOptions extends RosterOption {
  /** Whether to say why, step by step. */
  explain?: boolean | undefined;
}

export interface RunAsyncOptions extends RosterOption {
  /**
   * Called before the first row, after every 65,536 and after the last. The run waits for it, and what it
   * throws stops the run.
   */
  onProgress?: ((done: number, rows: number) => void) | undefined;
  /** Stops the run, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What a plan remembers between events. Made by a plan. */
export declare class State {
  private constructor();
  /** The text to store. */
  toJson(): string;
  /** The document to store, for `JSON.stringify`. */
  toJSON(): StateDocument;
  /** Another state with the same content. */
  copy(): State;
}

/** The host's partners. */
export declare class Roster {
  constructor(partners: readonly Partner[] | string);
  /** The record of a partner, if there is one. */
  get(partner: string): Partner | null;
  /** How many partners there are. */
  readonly size: number;
  /** The records, in the order of their ids. */
  toJSON(): Partner[];
}

/**
 * A commission plan, compiled: the fast door, for events one by one and for tables of them.
 *
 * A call that is refused throws a `GuerdonError` and leaves the state as it was. A state is changed by one
 * call at a time; a second one is refused with the code `state_busy`.
 */
export declare class Plan {
  constructor(document: PlanDocument | string);
  /** The document as JSON text. */
  toJson(): string;
  /** The document. */
  toJSON(): PlanDocument;
  /** The document's id, version and hash. */
  readonly reference: PlanReference;
  /** What the plan reads, keeps, and may be cut by. */
  describe(): PlanDescription;
  /** A state in which nothing has happened yet. */
  newState(): State;
  /** Reads a state that `toJson` wrote. */
  stateFromJson(text: string | StateDocument): State;
  /** Evaluates an event and remembers it in the state. */
  evaluate(event: Event, state: State, options?: EvaluateOptions): Outcome;
  /** What an event would earn, step by step, without remembering it. */
  preview(event: Event, state: State, options?: RosterOption): Outcome;
  /** Takes back what a refund makes undue, given the lines of the event and its earlier reversals. */
  refund(
    refund: Refund,
    posted: readonly Line<InstantInput>[],
    state: State,
    options?: RosterOption,
  ): Outcome;
  /**
   * Gives again what a refund took back that was undone, such as a chargeback that was won: given the lines of
   * the event, reversals and earlier reinstatements included, in the order in which they were given out.
   */
  reinstate(
    reinstatement: Reinstatement,
    posted: readonly Line<InstantInput>[],
    state: State,
    options?: RosterOption,
  ): Outcome;
  /** Evaluates a table of events in its order and remembers them in the state. */
  run(columns: EventColumns, state: State, options?: RosterOption): Earnings;
  /** The same on another thread, over a copy of the columns. The state is kept until it is done. */
  runAsync(columns: EventColumns, state: State, options?: RunAsyncOptions): Promise<Earnings>;
  /** The sums of a state: what every partner, customer or the program has in every window. */
  totals(state: State, options?: RosterOption): Totals;
  /** The tier that a partner holds, as far as events have shown; null below the first. */
  tier(partner: string, state: State): string | null;
}
