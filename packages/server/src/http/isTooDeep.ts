const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Whether JSON text nests objects and arrays deeper than allowed, told before it is parsed, without building anything.
 * Of text that is no JSON it may say either; the parser then refuses it.
 */
export function isTooDeep(text: string, maxDepth: number): boolean {
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const sign = text.charCodeAt(index)
    if (sign === QUOTE) {
      index = findQuote(text, index + 1)
      if (index < 0) return false
    } else if (sign === 0x7b || sign === 0x5b) {
      if (++depth > maxDepth) return true
    } else if (sign === 0x7d || sign === 0x5d) depth--
  }
  return false
}

/** Where the string ends that began before `from`; -1 when it does not. */
function findQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at >= 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
  return slashes % 2 === 1
}
