/** A wrong call, told apart from a failure by the exit code 2. */
export class UsageError extends Error {}
