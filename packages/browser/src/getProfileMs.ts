/**
 * Milliseconds from the latest profile request to its reply, as the engine timed them; undefined while there is none, or
 * when the page brought the answer itself. https://www.w3.org/TR/resource-timing/
 */
export function getProfileMs(base: string): number | undefined {
  const address = new URL(base + '/v1/p', location.href).href
  const entry = performance
    .getEntriesByType('resource')
    .filter(({ name }) => name.startsWith(address))
    .at(-1)
  // Firefox lets what Early Hints preloaded start when the page asked for it, which may be after its end.
  return entry && Math.max(0, Math.round(entry.responseEnd - entry.startTime))
}
