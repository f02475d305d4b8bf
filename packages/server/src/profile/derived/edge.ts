import type { EdgeAttribute } from './declaration.ts'
import { isSelected } from './isSelected.ts'
import type { Kind } from './kind.ts'
import { readValues, type Scalar } from './readValues.ts'

interface EdgeState {
  readonly at: number
  /** Id of the event, which decides between two of the same millisecond. */
  readonly i: string
  readonly value: Scalar
}

const isBefore = (a: EdgeState, b: EdgeState) => a.at < b.at || (a.at === b.at && a.i < b.i)

const pick = (left: EdgeState, right: EdgeState, kind: EdgeAttribute['kind']) =>
  isBefore(left, right) === (kind === 'first') ? left : right

export const edge: Kind<EdgeAttribute, EdgeState> = {
  fold(state, { on, of, range, kind }, { event, faults }) {
    if (!isSelected(on, event)) return state
    const [value] = readValues(event, of)
    if (value === undefined) faults.missing++
    else if (range && !(typeof value === 'number' && value >= range[0] && value <= range[1])) faults.outOfRange++
    else {
      const found = { at: event.at, i: event.i, value }
      return state ? pick(state, found, kind) : found
    }
    return state
  },
  read: (state) => state?.value ?? null,
  merge: (left, right, { kind }) => pick(left, right, kind),
}
