import * as parts from './parts.ts'

/**
 * The parts of the runtime. In `unblink.js` they are a function of their own (`asleep` in rollup.config.mjs): compiling and
 * evaluating them costs a page 0.5 ms of main thread, which nobody has to wait for before the first variant is painted.
 */
export const getParts = (): typeof parts => parts
