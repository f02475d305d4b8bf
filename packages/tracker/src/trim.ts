import { byWorth, isEvent, type Kept, type Lost, type Row } from './row.ts'

/**
 * `kept`: the worthiest first. `size`: characters of what is kept, as `getCharge` counts them. `lost`: events that have to
 * go. `counted`: records of earlier losses; `drops`: their sums by reason.
 */
export type Trimmed = readonly [
  kept: Kept[],
  size: number,
  lost: readonly Kept[],
  counted: Row[],
  drops: Readonly<Record<string, number>>,
]

const MAX_AGE_MS = 7 * 24 * 3_600_000
/** Characters; an event is charged at least 420, so this one sum bounds their number to 5 000, too. */
export const MAX_SIZE = 2 * 1024 * 1024
/** The queue is trimmed to this, or the very next event would start it all again. */
const TRIMMED_SIZE = 2_000_000

export const getCharge = (json: string): number => Math.max(json.length, 420)

/**
 * Bounds the queue: what is older than a week has to go, and of the rest what is least worth, of equals the oldest, until
 * it fits. `now` is the wall clock in epoch milliseconds.
 */
export function trim(rows: readonly Row[], now: number): Trimmed {
  const drops: Record<string, number> = {}
  const counted = rows.filter((row) => !isEvent(row)) as Lost[]
  for (const { w, c } of counted) drops[w] = (drops[w] ?? 0) + c
  const lost: Kept[] = []
  let size = 0
  const kept = rows
    .filter(isEvent)
    .sort(byWorth)
    .filter((row) => {
      const withIt = size + getCharge(row.j)
      if (now - row.a < MAX_AGE_MS && withIt <= TRIMMED_SIZE) return (size = withIt)
      lost.push(row)
      return false
    })
  return [kept, size, lost, counted, drops]
}
