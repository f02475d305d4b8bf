import type { Cap } from '@unblink/protocol'
import type { Counts, Meetings } from './deviceMemory.ts'

/** Whether an experience has been met often enough, or too short a while ago. A limit that is left out caps nothing. */
export const isCapped = (cap: Cap, meetings: Meetings = {}, now: number): boolean =>
  now - meetings.lastAt! < cap.coolDownMs! ||
  // Of the members of a cap, only the limits are counted, and comparing with what is not there is false.
  (Object.keys(cap) as (keyof Counts)[]).some((name) => (meetings[cap.per]?.[name] as number) >= cap[name]!)
