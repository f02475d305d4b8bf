import type { CountRange } from '@unblink/protocol'

/** Whether the nth of something is one of those that a trigger waits for. */
export const isInCountRange = (range: CountRange, n: number): boolean =>
  typeof range === 'number' ? n === range : n >= (range.$gte ?? 0) && n <= (range.$lte ?? Infinity)
