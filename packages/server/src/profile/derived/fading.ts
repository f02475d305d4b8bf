import { decay } from '../decay.ts'

/** Points that fade: worth `score` at the moment `at`, epoch milliseconds. */
export interface Fading {
  readonly score: number
  readonly at: number
}

/** Both, at the later of the two moments: so the order in which points come makes no difference. */
export function addFading(left: Fading | undefined, right: Fading, halfLifeHours: number): Fading {
  if (!left) return right
  const at = Math.max(left.at, right.at)
  const score = decay(left.score, at - left.at, halfLifeHours) + decay(right.score, at - right.at, halfLifeHours)
  return { score, at }
}
