import type { CartAttribute } from './declaration.ts'
import { isSelected } from './isSelected.ts'
import { joinItems, readItems, type Items } from './items.ts'
import type { Kind } from './kind.ts'
import { readValues } from './readValues.ts'

interface CartState {
  readonly items: Items
  /** When it was last emptied by buying; -1 for never. */
  readonly boughtAt: number
}

const MAX_ITEMS = 50

export const cart: Kind<CartAttribute, CartState> = {
  fold(state, { add, remove, bought, item }, { event, faults }) {
    const { items = [], boughtAt = -1 } = state ?? {}
    if (isSelected(bought, event)) return { items, boughtAt: Math.max(boughtAt, event.at) }
    const isIn = isSelected(add, event)
    if (!isIn && !isSelected(remove, event)) return state
    const named = readValues(event, item)
    if (named.length === 0) {
      faults.missing++
      return state
    }
    const changes = named.map((one) => [one, isIn ? event.at : -1, isIn ? -1 : event.at] as const)
    return { items: joinItems([...items, ...changes], MAX_ITEMS), boughtAt }
  },
  read: (state, _declaration, now) =>
    readItems(state?.items ?? [], now, (addedAt, removedAt) => addedAt > removedAt && addedAt > state!.boughtAt),
  merge: (left, right) => ({
    items: joinItems([...left.items, ...right.items], MAX_ITEMS),
    boughtAt: Math.max(left.boughtAt, right.boughtAt),
  }),
}
