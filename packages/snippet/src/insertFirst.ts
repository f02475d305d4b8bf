/** The start of a document up to where its head's content begins; all three tags may be left out in HTML. */
const STARTS = [/<head(?:\s[^>]*)?>/i, /<html(?:\s[^>]*)?>/i, /<!doctype[^>]*>/i]
/** What may stand before us. The encoding has to be told in the first 1024 bytes, which are fewer than ours. */
const ENCODING = /^(?:\s|<!--(?:(?!-->)[^])*-->|<meta\s[^>]*charset[^>]*>)*<meta\s[^>]*charset[^>]*>/i

/** Puts HTML first into a document's head, behind the `<meta>` that tells the encoding where that stands first. */
export function insertFirst(document: string, html: string): string {
  let at = 0
  for (const start of STARTS) {
    const found = start.exec(document)
    if (!found) continue
    at = found.index + found[0].length
    break
  }
  at += ENCODING.exec(document.slice(at))?.[0].length ?? 0
  return `${document.slice(0, at)}\n${html}${document.slice(at)}`
}
