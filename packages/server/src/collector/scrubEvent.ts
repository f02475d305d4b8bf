import type { AnyEvent } from '@unblink/protocol'

/** Bounded repeats, so that no text makes it slow. `%40` is the sign in an address. */
const EMAIL = /[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/gi

const scrubText = (text: string): string => text.replace(EMAIL, '[email]')

/** Path and listed query parameters; everything else of a query can be personal. */
function scrubLocation(location: string, allowList: readonly string[]): string {
  const [path = '', query = ''] = location.replace(/#.*/s, '').split(/\?(.*)/s)
  const kept = new URLSearchParams(query)
  for (const name of [...kept.keys()]) if (!allowList.includes(name)) kept.delete(name)
  return scrubText(kept.size > 0 ? `${path}?${kept.toString()}` : path)
}

/**
 * Takes out what must not be kept even when a page sends it: unlisted query parameters, and e-mail addresses anywhere.
 * What the site's own server sets is its own affair.
 */
export function scrubEvent(event: AnyEvent, queryAllowList: readonly string[]): AnyEvent {
  if (event.t === 'attributes') return event
  const text = JSON.stringify(event.p, (name, value: unknown) => {
    if (typeof value !== 'string') return value
    return scrubText(name === 'href' && event.t === 'interaction' ? value.replace(/[?#].*/s, '') : value)
  })
  // Scrubbing replaces strings by strings, so the shape stays.
  return { ...event, lo: scrubLocation(event.lo, queryAllowList), p: JSON.parse(text) as object } as AnyEvent
}
