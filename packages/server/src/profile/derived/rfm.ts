import type { RfmAttribute } from './declaration.ts'
import { isSelected } from './isSelected.ts'
import type { Kind } from './kind.ts'
import { readNumbers } from './readNumbers.ts'

interface RfmState {
  readonly n: number
  readonly sum: number
  /** Of the last. */
  readonly at: number
}

const DAY_MS = 86_400_000

const countBelow = (steps: readonly number[], value: number) => steps.filter((step) => step <= value).length

export const rfm: Kind<RfmAttribute, RfmState> = {
  fold(state, declaration, fact) {
    if (!isSelected(declaration.on, fact.event)) return state
    const { n = 0, sum = 0, at = fact.event.at } = state ?? {}
    const value = readNumbers(fact, declaration).reduce((total, one) => total + one, 0)
    return { n: n + 1, sum: sum + value, at: Math.max(at, fact.event.at) }
  },
  read(state, { steps }, now) {
    if (!state) return { days: null, count: 0, value: 0, r: 0, f: 0, m: 0 }
    const days = Math.max(0, Math.floor((now - state.at) / DAY_MS))
    return {
      days,
      count: state.n,
      value: state.sum,
      r: steps.days.filter((step) => days <= step).length + 1,
      f: countBelow(steps.count, state.n) + 1,
      m: countBelow(steps.value, state.sum) + 1,
    }
  },
  merge: (left, right) => ({ n: left.n + right.n, sum: left.sum + right.sum, at: Math.max(left.at, right.at) }),
}
