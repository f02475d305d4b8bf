import { getByteLength } from './getByteLength.ts'
import type { Kept } from './row.ts'

/**
 * The events of the next request: as many from the front of `rows` as fit. All are of the first one's session, because a
 * batch names one; and an event that has failed alone before travels alone, so that it cannot hold up others again.
 */
export const pickBatch = (rows: readonly Kept[], maxEvents: number, maxBytes: number): Kept[] =>
  rows.filter(
    ({ j, s, x }, index) =>
      s === rows[0]!.s && (!x || !index) && --maxEvents >= 0 && (maxBytes -= getByteLength(j) + 1) >= 0,
  )
