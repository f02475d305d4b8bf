import type { SumAttribute } from './declaration.ts'
import { isSelected } from './isSelected.ts'
import type { Kind } from './kind.ts'
import { readNumbers } from './readNumbers.ts'

export const sum: Kind<SumAttribute, { readonly sum: number }> = {
  fold(state, declaration, fact) {
    if (!isSelected(declaration.on, fact.event)) return state
    const numbers = readNumbers(fact, declaration)
    return numbers.length > 0 ? { sum: numbers.reduce((total, one) => total + one, state?.sum ?? 0) } : state
  },
  read: (state) => state?.sum ?? 0,
  merge: (left, right) => ({ sum: left.sum + right.sum }),
}
