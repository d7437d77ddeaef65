import guerdon from './index.cjs';

export * from './operations.js';
export const { GuerdonError, call, callAsync, callText } = guerdon;
