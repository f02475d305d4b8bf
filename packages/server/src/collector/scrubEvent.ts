import type { AnyEvent } from '@unblink/protocol'
import { scrubEmail, scrubPersonal } from './scrubPersonal.ts'

/** What the site itself has named, and others look up: a long name is no secret. */
const NAMES = new Set(['slot', 'experience', 'variant', 'goal', 'code', 'reason', 'lcpSlot', 'inpSlot', 'host'])
const UTM = new Set(['source', 'medium', 'campaign', 'term', 'content', 'id'])

/** Path and listed query parameters; everything else of a query can be personal. */
function scrubLocation(location: string, allowList: readonly string[]): string {
  const [path = '', query = ''] = location.replace(/#.*/s, '').split(/\?(.*)/s)
  const kept = new URLSearchParams(query)
  for (const name of [...kept.keys()]) if (!allowList.includes(name)) kept.delete(name)
  return scrubPersonal(kept.size > 0 ? `${path}?${kept.toString()}` : path)
}

/**
 * Takes out what must not be kept even when a page sends it: unlisted query parameters, and in every text e-mail addresses,
 * payment cards, IBANs, telephone numbers and tokens. What the site's own server sets is its own affair.
 */
export function scrubEvent(event: AnyEvent, queryAllowList: readonly string[]): AnyEvent {
  if (event.t === 'attributes') return event
  const isName = (name: string) =>
    event.t === 'pointer' ||
    (event.t !== 'custom' && NAMES.has(name)) ||
    (event.t === 'page_view' && UTM.has(name)) ||
    (event.t === 'custom' && name === 'name')
  const text = JSON.stringify(event.p, (name, value: unknown) => {
    if (typeof value !== 'string') return value
    if (isName(name)) return scrubEmail(value)
    return scrubPersonal(name === 'href' && event.t === 'interaction' ? value.replace(/[?#].*/s, '') : value)
  })
  // Scrubbing replaces strings by strings, so the shape stays.
  return { ...event, lo: scrubLocation(event.lo, queryAllowList), p: JSON.parse(text) as object } as AnyEvent
}
