import type { Look } from './judge.ts'

/** A crossfade shows both contents for longer than this, a torn read only while the browser's frame is being drawn. */
const MAX_TEAR_MS = 8

/**
 * The screen is read while the X server draws into it, so a look may see the upper half of one frame and the lower
 * half of the one before. Looks which mix what was shown before and after, and no longer than a frame is drawn, are
 * taken as the look after them. Pure.
 */
export function mendTears(looks: readonly Look[]): readonly Look[] {
  const mended: Look[] = []
  for (let start = 0; start < looks.length;) {
    const state = nameOf(looks[start]!)
    let end = start + 1
    while (end < looks.length && nameOf(looks[end]!) === state) end += 1
    const before = looks[start - 1]
    const after = looks[end]
    const isTear =
      before && after && after.at - looks[start]!.at <= MAX_TEAR_MS && isMixOf(looks[start]!, before, after)
    for (const look of looks.slice(start, end)) mended.push(isTear ? { at: look.at, shows: after.shows } : look)
    start = end
  }
  return mended
}

function isMixOf(look: Look, before: Look, after: Look): boolean {
  if (look.shows.length < 2 || before.shows.length !== 1 || after.shows.length !== 1) return false
  const parts = [...before.shows, ...after.shows]
  return parts.every((part) => look.shows.includes(part)) && look.shows.every((content) => parts.includes(content))
}

const nameOf = (look: Look) => look.shows.join('+')
