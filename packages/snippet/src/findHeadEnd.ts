/**
 * What a head is made of, as far as it matters where it ends: comments, elements whose text is no markup (to their end tag, or
 * as far as the document is known), the end itself, and tags, in whose attributes anything may stand.
 */
const PARTS =
  /<!--[^]*?(?:-->|$)|<(script|style|title|noscript|template)\b(?:"[^"]*"|'[^']*'|[^'">])*>[^]*?(?:<\/\1\s*>|$)|(<\/head\s*>|<body\b)|<[a-z/!](?:"[^"]*"|'[^']*'|[^'">])*>/gi

/**
 * Where a document's head ends: the index of `</head>`, or of `<body` where that is left out. Undefined when neither is there
 * (it is a part of a document only), and when a `<base>` comes first, which gives later addresses another meaning.
 */
export function findHeadEnd(document: string, from: number): number | undefined {
  PARTS.lastIndex = from
  for (let part = PARTS.exec(document); part; part = PARTS.exec(document)) {
    if (part[2]) return part.index
    if (/^<base\b/i.test(part[0])) return undefined
  }
  return undefined
}
