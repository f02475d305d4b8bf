/** What became of an experience on this device in one stretch of time. */
export interface Counts {
  readonly impressions?: number
  readonly dismissals?: number
  readonly ignored?: number
}

/** What the device knows of its meetings with one experience. Whoever keeps it begins a new session and day with none. */
export interface Meetings {
  readonly session?: Counts
  readonly day?: Counts
  readonly ever?: Counts
  /** Epoch milliseconds of the last impression or dismissal. */
  readonly lastAt?: number
}

/** What the device remembers, by the id of an experience. */
export interface DeviceMemory {
  readonly counts?: Readonly<Record<string, Meetings>> | undefined
  /** The variants that this visitor was given before, to be given again. Not without consent. */
  readonly assignments?: Readonly<Record<string, string>> | undefined
}
