import type { UnboughtAttribute } from './declaration.ts'
import { isSelected } from './isSelected.ts'
import { joinItems, readItems, type Items } from './items.ts'
import type { Kind } from './kind.ts'
import { readValues } from './readValues.ts'

const HOUR_MS = 3_600_000

export const unbought: Kind<UnboughtAttribute, { readonly items: Items }> = {
  fold(state, { viewed, bought, item, max }, { event, faults }) {
    const isBought = isSelected(bought, event)
    if (!isBought && !isSelected(viewed, event)) return state
    const named = readValues(event, item)
    if (named.length === 0) {
      faults.missing++
      return state
    }
    const changes = named.map((one) => [one, isBought ? -1 : event.at, isBought ? event.at : -1] as const)
    return { items: joinItems([...(state?.items ?? []), ...changes], max) }
  },
  read: (state, { afterHours, withinHours }, now) =>
    readItems(state?.items ?? [], now, (viewedAt, boughtAt) => {
      const hours = (now - viewedAt) / HOUR_MS
      return viewedAt > boughtAt && hours >= afterHours && hours <= withinHours
    }),
  merge: (left, right, { max }) => ({ items: joinItems([...left.items, ...right.items], max) }),
}
