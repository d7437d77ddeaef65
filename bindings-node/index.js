import guerdon from './index.cjs';

export * from './operations.js';
export const { GuerdonError, Plan, Roster, State, call, callAsync, callText } = guerdon;
