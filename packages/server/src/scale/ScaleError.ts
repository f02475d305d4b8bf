/** What an operator has to mend before a node of the cluster can start; the message says what happened and what to do. */
export class ScaleError extends Error {}
