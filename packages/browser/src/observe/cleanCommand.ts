import { MAX_EVENT_BYTES, scrubText, type EventInput } from '@unblink/protocol'

/** What is longer is refused anyway, so nobody waits for it to be searched. */
const scrub = (value: unknown) =>
  typeof value === 'string' && value.length < MAX_EVENT_BYTES ? scrubText(value) : value

/**
 * An event that the page asked for, as it may be kept: without what tells who somebody is in its own properties (the collector
 * looks at those within them, too). Undefined, with a warning, for a conversion that the collector would refuse. What cannot be
 * read is left to the tracker, which counts it.
 */
export function cleanCommand(event: EventInput): EventInput | undefined {
  try {
    if (event.t === 'conversion') {
      const { goal, value, currency } = event.p
      const isSound =
        goal && (value === undefined || Math.abs(value) <= 1e12) && /^([A-Z]{3}|undefined)$/.test(`${currency}`)
      if (isSound && typeof value !== 'string') return event
      console.warn('[unblink] Conversion refused. Expected { goal, value?: number, currency?: "EUR" }, got', event.p)
      return undefined
    }
    if (event.t === 'custom' && event.p.props) {
      const { name, props } = event.p
      const clean = Object.fromEntries(Object.entries(props).map(([key, value]) => [key, scrub(value)]))
      return { t: 'custom', p: { name, props: clean as typeof props } }
    }
  } catch {
    // A getter that throws, or a proxy.
  }
  return event
}
