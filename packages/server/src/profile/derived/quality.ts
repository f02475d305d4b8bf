import type { QualityAttribute } from './declaration.ts'
import type { Kind } from './kind.ts'

interface QualityState {
  readonly missing: number
  readonly outOfRange: number
  readonly late: number
}

const NONE: QualityState = { missing: 0, outOfRange: 0, late: 0 }

const add = (left: QualityState, right: QualityState): QualityState => ({
  missing: left.missing + right.missing,
  outOfRange: left.outOfRange + right.outOfRange,
  late: left.late + right.late,
})

/** Folded after all others, which count the faults. */
export const quality: Kind<QualityAttribute, QualityState> = {
  fold(state, _declaration, { faults, isLate }) {
    const late = isLate ? 1 : 0
    return faults.missing + faults.outOfRange + late > 0 ? add(state ?? NONE, { ...faults, late }) : state
  },
  read: (state) => ({ ...(state ?? NONE) }),
  merge: add,
}
