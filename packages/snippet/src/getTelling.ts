import * as telling from './createLeave.ts'

/** The part that tells. In the bundle it runs when it is first called, see rollup.config.mjs. */
export const getTelling = () => telling
