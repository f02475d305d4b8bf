import { fnv1a } from './fnv1a.ts'

/** Where an id falls under a seed: an integer from 0 to 9999, the one that `isInRange` compares as a share of 10 000. */
export const bucket = (seed: string, id: string): number => fnv1a(`${fnv1a(seed + id)}`) % 10_000
