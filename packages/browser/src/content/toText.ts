/** What stands between these is not text to be read. */
const UNREAD = /<!--[\s\S]*?-->|<(script|style|template|noscript|iframe|title|textarea)\b[\s\S]*?<\/\1\s*>/gi
/** A tag; in quotes a `>` does not end it. */
const TAG = /<(?:"[^"]*"|'[^']*'|[^<>"'])*>/g
const REFERENCE = /&(#x?[\da-f]+|\w+);/gi
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\xa0' }

const decode = (reference: string, name: string): string => {
  const code = name[0] === '#' ? Number(name.slice(1).replace(/^x/i, '0x')) : NaN
  if (code >= 0) return String.fromCodePoint(code)
  if (Object.hasOwn(NAMED, name)) return NAMED[name]!
  throw Error(reference)
}

/**
 * The text of some markup, for engines that have no sanitiser. It is not parsed as the engine would, because no parser can be
 * called without a policy where Trusted Types are enforced, and the page may allow none; what comes out is only ever shown as
 * text, so nothing of it can run. Throws for markup that this cannot read to its end: the slot then shows its default.
 */
export function toText(html: string): string {
  const text = html.replace(UNREAD, '').replace(TAG, '')
  if (text.includes('<')) throw Error('<')
  return text.replace(REFERENCE, decode).trim()
}
