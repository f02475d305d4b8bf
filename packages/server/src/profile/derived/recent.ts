import type { RecentAttribute } from './declaration.ts'
import { isSelected } from './isSelected.ts'
import type { Kind } from './kind.ts'
import { readValues, type Scalar } from './readValues.ts'

interface RecentState {
  /** Newest first, each value once. */
  readonly values: readonly (readonly [value: Scalar, at: number])[]
}

const order = (a: RecentState['values'][number], b: RecentState['values'][number]) =>
  b[1] - a[1] || (String(a[0]) < String(b[0]) ? -1 : 1)

function join(values: RecentState['values'], max: number): RecentState {
  const latest = new Map<Scalar, number>()
  for (const [value, at] of values) latest.set(value, Math.max(latest.get(value) ?? at, at))
  return { values: [...latest].sort(order).slice(0, max) }
}

export const recent: Kind<RecentAttribute, RecentState> = {
  fold(state, { on, of, max }, { event, faults }) {
    if (!isSelected(on, event)) return state
    const found = readValues(event, of)
    if (found.length === 0) {
      faults.missing++
      return state
    }
    return join([...(state?.values ?? []), ...found.map((value) => [value, event.at] as const)], max)
  },
  read: (state) => state?.values.map(([value]) => value) ?? [],
  merge: (left, right, { max }) => join([...left.values, ...right.values], max),
}
