import { fnv1a } from './fnv1a.ts'

/**
 * Whether the bucket of a text (a seed followed by an id) is in a half-open range of the line from 0 to 1. There are 10 000
 * buckets, the same on every page and server. This is GrowthBook's hash version 2: hashing the hash's decimal digits once
 * more takes out the bias of similar ids.
 */
export const isInRange = (text: string, from: number, to: number): boolean => {
  const at = (fnv1a(`${fnv1a(text)}`) % 10_000) / 10_000
  return at >= from && at < to
}
