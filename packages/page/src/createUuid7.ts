/** Of the page, because ids must rise whoever asks for them: the last id's time in 4 096ths of a millisecond. */
let last = 0

/**
 * A new UUIDv7 (RFC 9562, with the counter of 6.2 method 3): ids of one page sort in the order in which they were made,
 * also within a millisecond and when the clock steps back; 62 random bits tell apart those of pages that share everything
 * else. They come from `getRandomValues`, because `randomUUID` is missing on plain http and `Math.random` can be seeded.
 */
export function createUuid7(): string {
  last = Math.max(Date.now() * 4096, last + 1)
  const random = crypto.getRandomValues(new BigUint64Array(1))[0]! / 4n
  const hex = last.toString(16).padStart(15, '0') + (random + 2n ** 63n).toString(16)
  return hex.replace(/(.{8})(.{4})(...)(.{4})/, '$1-$2-7$3-$4-')
}
