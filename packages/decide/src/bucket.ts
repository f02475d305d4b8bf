/** FNV-1a, 32 bits, over UTF-16 code units (http://www.isthe.com/chongo/tech/comp/fnv/). */
const fnv1a = (text: string) => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/**
 * Where an id falls under a seed: an integer from 0 to 9999, the same on every page and server. This is GrowthBook's
 * hash version 2: hashing the hash's decimal digits once more takes out the bias of similar ids.
 */
export const bucket = (seed: string, id: string): number => fnv1a(`${fnv1a(seed + id)}`) % 10_000
