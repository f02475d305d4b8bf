import type { QualityAttribute } from './declaration.ts'
import { foldTwice, type Latest } from './foldTwice.ts'
import type { Kind } from './kind.ts'

interface Counts {
  readonly missing: number
  readonly outOfRange: number
  readonly late: number
  readonly duplicated: number
}

/** `duplicated` and `latest` are not in what earlier versions have kept. */
interface QualityState extends Omit<Counts, 'duplicated'> {
  readonly duplicated?: number
  readonly latest?: Latest
}

const count = (state: QualityState | undefined): Counts => ({
  missing: state?.missing ?? 0,
  outOfRange: state?.outOfRange ?? 0,
  late: state?.late ?? 0,
  duplicated: state?.duplicated ?? 0,
})

const add = (left: Counts, right: Counts): Counts => ({
  missing: left.missing + right.missing,
  outOfRange: left.outOfRange + right.outOfRange,
  late: left.late + right.late,
  duplicated: left.duplicated + right.duplicated,
})

const withLatest = (counts: Counts, latest: Latest): QualityState =>
  latest.length > 0 ? { ...counts, latest } : counts

/** Folded after all others, which count the faults. */
export const quality: Kind<QualityAttribute, QualityState> = {
  fold(state, _declaration, { event, faults: { missing, outOfRange }, isLate }) {
    const before = state?.latest ?? []
    const { latest, isTwice } = foldTwice(before, event)
    const found = { missing, outOfRange, late: isLate ? 1 : 0, duplicated: isTwice ? 1 : 0 }
    const isClean = Object.values(found).every((times) => times === 0)
    return isClean && latest === before ? state : withLatest(add(count(state), found), latest)
  },
  read: (state) => ({ ...count(state) }),
  merge: (left, right) => withLatest(add(count(left), count(right)), right.latest ?? left.latest ?? []),
}
