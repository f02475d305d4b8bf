import { createHash } from 'node:crypto'
import type { AnyEvent } from '@unblink/protocol'

/** What pages' own code has told last: a short mark of what it was, and when, epoch milliseconds. In the order of arrival. */
export type Latest = readonly (readonly [mark: string, at: number])[]

/** A tag that fires twice does so at once. */
const TWICE_MS = 1_000
const MAX_LATEST = 8
const MARK_LENGTH = 8

const mark = ({ pv, t, p }: AnyEvent): string =>
  createHash('sha1')
    .update(JSON.stringify([pv, t, p]))
    .digest('base64url')
    .slice(0, MARK_LENGTH)

/**
 * Finds what a page has told twice: two events of different ids that say the same, less than a second apart in one view. Only of conversions
 * and events of the page's own, for those are told by tags; a visitor may well click twice. Pure.
 */
export function foldTwice(latest: Latest, event: AnyEvent): { readonly latest: Latest; readonly isTwice: boolean } {
  if (event.t !== 'conversion' && event.t !== 'custom') return { latest, isTwice: false }
  const own = mark(event)
  const isNear = ([, at]: Latest[number]) => Math.abs(event.at - at) < TWICE_MS
  const near = latest.filter(isNear)
  return { latest: [...near, [own, event.at] as const].slice(-MAX_LATEST), isTwice: near.some(([one]) => one === own) }
}
