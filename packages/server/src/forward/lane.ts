import type { Slice } from './createSlices.ts'

/** A stretch of the log that one process at a time hands on to one destination, in its order. */
export interface Lane {
  /** Position of the last event that is done with; undefined before the service began. Throws or rejects when it cannot be told. */
  getCursor(): number | undefined | Promise<number | undefined>
  /** Begins the service: what is there before nobody has asked for, and visitors were not told of it. */
  begin(): Promise<void>
  /** False when it could not be noted: the same events are then read again. Never goes back. */
  setCursor(position: number): Promise<boolean>
  /** The next events; those who were erased meanwhile are in no slice. */
  read(after: number, size: number): Slice | Promise<Slice>
}
