import type { JsonObject } from '@unblink/protocol'
import { decay } from '../decay.ts'
import type { AffinityAttribute } from './declaration.ts'
import { addFading } from './fading.ts'
import { isSelected } from './isSelected.ts'
import type { Kind } from './kind.ts'
import { readValues, type Scalar } from './readValues.ts'
import { toScore } from './toScore.ts'

interface AffinityState {
  readonly scores: readonly (readonly [value: Scalar, score: number, at: number])[]
}

/** Adds them up; of too many, those that are worth least at the latest moment go. */
function join(scores: AffinityState['scores'], { halfLifeHours, max }: AffinityAttribute): AffinityState {
  const sums = new Map<Scalar, { readonly score: number; readonly at: number }>()
  for (const [value, score, at] of scores) sums.set(value, addFading(sums.get(value), { score, at }, halfLifeHours))
  const now = Math.max(...scores.map(([, , at]) => at))
  const entries = [...sums].map(([value, { score, at }]) => [value, score, at] as const)
  if (entries.length <= max) return { scores: entries }
  const getWorth = ([, score, at]: (typeof entries)[number]) => decay(score, now - at, halfLifeHours)
  return { scores: entries.sort((a, b) => getWorth(b) - getWorth(a)).slice(0, max) }
}

export const affinity: Kind<AffinityAttribute, AffinityState> = {
  fold(state, declaration, { event, faults }) {
    if (!isSelected(declaration.on, event)) return state
    const values = [...new Set(readValues(event, declaration.of))]
    if (values.length === 0) {
      faults.missing++
      return state
    }
    return join([...(state?.scores ?? []), ...values.map((value) => [value, 1, event.at] as const)], declaration)
  },
  read(state, { halfLifeHours, minScore, scale }, now) {
    const worths = (state?.scores ?? [])
      .map(([value, score, at]) => ({ name: String(value), worth: decay(score, now - at, halfLifeHours) }))
      .sort((a, b) => b.worth - a.worth || (a.name < b.name ? -1 : 1))
      .map(({ name, worth }) => [name, toScore(worth, scale)] as const)
    const ranked = worths.filter(([, score]) => score > 0 && score >= minScore).map(([name]) => name)
    return { primary: ranked[0] ?? null, ranked, scores: Object.fromEntries(worths) as JsonObject }
  },
  merge: (left, right, declaration) => join([...left.scores, ...right.scores], declaration),
}
