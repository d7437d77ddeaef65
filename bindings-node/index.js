import guerdon from './index.cjs';

export const { GuerdonError, call, callText } = guerdon;
