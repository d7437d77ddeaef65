import type { Operations, Problem } from './types.cjs';

export * from './engine.cjs';
export * from './operations.cjs';
export type * from './types.cjs';
export * from './workflows.cjs';

/** What guerdon refuses, with every problem that was found; the rest speaks of the first. */
export declare class GuerdonError extends Error {
  constructor(problems: Problem[]);
  readonly name: 'GuerdonError';
  /** Everything that was wrong. */
  readonly problems: Problem[];
  /** The stable code of the first error. */
  readonly code: string;
  /** JSON pointer to what the first error is about. */
  readonly path: string;
  /** What to do about it. */
  readonly hint: string;
}

/** Runs an operation on an object, and gives an object. */
export declare function call<Name extends keyof Operations>(
  operation: Name,
  input: Operations[Name]['input'],
): Operations[Name]['output'];

/** Runs an operation on another thread. */
export declare function callAsync<Name extends keyof Operations>(
  operation: Name,
  input: Operations[Name]['input'],
): Promise<Operations[Name]['output']>;

/** Runs an operation on JSON text, and gives JSON text. */
export declare function callText(operation: string, input: string): string;
