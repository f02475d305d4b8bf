import { byWorth, isEvent, type Kept, type Row } from './row.ts'

export interface Trimmed {
  /** The worthiest first. */
  readonly _kept: readonly Kept[]
  /** Characters of what is kept, as `getCharge` counts them. */
  readonly _size: number
  /** Events that have to go. */
  readonly _lost: readonly Kept[]
  /** Records of earlier losses, and their sums by reason. */
  readonly _counted: readonly Row[]
  readonly _drops: Readonly<Record<string, number>>
}

const MAX_AGE_MS = 7 * 24 * 3_600_000

/** No event is charged less than this, so that one sum bounds size and number: 2 MiB hold no more than 5 000. */
export const getCharge = (json: string): number => Math.max(json.length, 420)

/**
 * Bounds the queue: what is older than a week has to go, and when there is more than `maxSize`, the least worth, of
 * equals the oldest, until there is a little room again. `now` is the wall clock in epoch milliseconds.
 */
export function trim(rows: readonly Row[], now: number, maxSize: number): Trimmed {
  const drops: Record<string, number> = {}
  const counted: Row[] = []
  const lost: Kept[] = []
  let total = 0
  for (const row of rows) {
    if (isEvent(row)) total += getCharge(row.j)
    else {
      counted.push(row)
      drops[row.w] = (drops[row.w] ?? 0) + row.c
    }
  }
  // Not just to the limit, or the very next event would start all this again.
  const room = total > maxSize ? maxSize * 0.97 : maxSize
  let size = 0
  const kept = rows
    .filter(isEvent)
    .sort(byWorth)
    .filter((row) => (now - row.a < MAX_AGE_MS && (size += getCharge(row.j)) <= room) || !lost.push(row))
  return { _kept: kept, _size: size, _lost: lost, _counted: counted, _drops: drops }
}
