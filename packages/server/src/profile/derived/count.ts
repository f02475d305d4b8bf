import type { CountAttribute } from './declaration.ts'
import { isSelected } from './isSelected.ts'
import type { Kind } from './kind.ts'

export const count: Kind<CountAttribute, { readonly n: number }> = {
  fold: (state, { on }, { event }) => (isSelected(on, event) ? { n: (state?.n ?? 0) + 1 } : state),
  read: (state) => state?.n ?? 0,
  merge: (left, right) => ({ n: left.n + right.n }),
}
