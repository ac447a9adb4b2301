/** `Math.random` as it is before the program can seed or fake it: the agent loads this at its start. */
export const random = Math.random;
