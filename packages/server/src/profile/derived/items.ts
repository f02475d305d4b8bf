import type { JsonObject } from '@unblink/protocol'
import type { Scalar } from './readValues.ts'

/** For each item when it was last wanted (viewed, put in) and last done with (bought, taken out); -1 for never. Epoch milliseconds. */
export type Items = readonly (readonly [item: Scalar, wantedAt: number, doneAt: number])[]

const HOUR_MS = 3_600_000

/** The later of both moments for each item, so the order in which they come makes no difference; the `max` latest items. */
export function joinItems(items: Items, max: number): Items {
  const latest = new Map<Scalar, readonly [number, number]>()
  for (const [item, wantedAt, doneAt] of items) {
    const [wanted, done] = latest.get(item) ?? [-1, -1]
    latest.set(item, [Math.max(wanted, wantedAt), Math.max(done, doneAt)])
  }
  return [...latest]
    .map(([item, [wantedAt, doneAt]]) => [item, wantedAt, doneAt] as const)
    .sort((a, b) => Math.max(b[1], b[2]) - Math.max(a[1], a[2]) || (String(a[0]) < String(b[0]) ? -1 : 1))
    .slice(0, max)
}

/** Items, as conditions see them: those that are open, newest first. */
export function readItems(
  items: Items,
  now: number,
  isOpen: (wantedAt: number, doneAt: number) => boolean,
): JsonObject {
  const open = items
    .filter(([, wantedAt, doneAt]) => wantedAt >= 0 && isOpen(wantedAt, doneAt))
    .sort((a, b) => b[1] - a[1] || (String(a[0]) < String(b[0]) ? -1 : 1))
  const newest = open[0]
  return {
    items: open.map(([item]) => item),
    count: open.length,
    hours: newest ? Math.max(0, Math.floor((now - newest[1]) / HOUR_MS)) : null,
  }
}
