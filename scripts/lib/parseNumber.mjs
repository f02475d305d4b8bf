/** A whole number from a flag; `otherwise` where the flag was not given. Throws a sentence when it is none, or less than `least`. */
export function parseNumber(name, text, otherwise, least = 1) {
  if (text === undefined) return otherwise
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least) return number
  throw new Error(`--${name} ${text}: give a whole number from ${least} up.`)
}
