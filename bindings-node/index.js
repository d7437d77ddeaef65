import guerdon from './index.cjs';

export * from './operations.js';
export const { GuerdonError, Plan, Roster, Snapshot, State, Workflow, call, callAsync, callText } = guerdon;
