/** What the queue keeps of one event. Stored, so its names stay as they are; short, because there may be thousands. */
export interface Kept {
  /** The event's id. */
  readonly i: string
  /** The event as JSON. Final: what was true at `track()` is what is sent, and none of the host's objects is held. */
  readonly j: string
  /** When it was made: wall clock, epoch milliseconds. */
  readonly a: number
  /** Its session; '' until there is consent to have one. */
  readonly s: string
  /** Its worth: the priority of its type. */
  readonly r: number
  /** How often it has failed alone. */
  readonly x: number
}

/** How many events were given up for one reason. Kept like an event, so that no reload forgets them. */
export interface Lost {
  readonly i: string
  /** Why. */
  readonly w: string
  /** How many. */
  readonly c: number
}

/** One record of the queue. */
export type Row = Kept | Lost

export const isEvent = (row: Row): row is Kept => !!(row as Kept).j

/** The worthiest first, of equals the newest: a UUIDv7 begins with its time. */
export const byWorth = (a: Kept, b: Kept): number => b.r - a.r || (a.i < b.i ? 1 : -1)
