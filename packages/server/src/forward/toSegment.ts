/* eslint-disable unblink/banned-words -- A company has this name. */
import type { AnyEvent } from '@unblink/protocol'
import { cleanText, getPath } from './cleanText.ts'
import type { ForwardedEvent, Left, Mapped, SegmentSettings } from './forwardSettings.ts'
import { pack, type Piece } from './pack.ts'

/** https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/server/http-api: of a batch, and of a message in it. */
export const SEGMENT_LIMITS = {
  messages: 2_500,
  batchBytes: 500 * 1_000,
  messageBytes: 32 * 1_000,
  messageId: 100,
} as const

type Message =
  | { readonly type: 'track'; readonly event: string; readonly properties: object }
  | {
      readonly type: 'page'
      readonly properties: object
    }

const clean = (value: unknown): unknown => {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, clean(member)]))
}

/** Also names are texts that anybody can have sent. JSON leaves out what is undefined. */
const track = (event: string, properties: object): Message => ({
  type: 'track',
  event,
  properties: clean(properties) as object,
})

function toMessage(event: AnyEvent, { types, names }: SegmentSettings): Message | Left {
  if (!types.some((type) => type === event.t)) return 'unmapped'
  switch (event.t) {
    case 'page_view':
      return { type: 'page', properties: { title: cleanText(event.p.title) } }
    case 'exposure': {
      const { slot, experience, variant, outcome, reason, hiddenMs } = event.p
      if (experience === undefined) return 'unmapped'
      // https://segment.com/docs/connections/spec/ab-testing/
      const ids = { experiment_id: experience, variation_id: variant ?? outcome }
      return track('Experiment Viewed', { ...ids, slot, outcome, reason, hidden_ms: hiddenMs, nonInteraction: 1 })
    }
    case 'impression': {
      const { slot, experience, variant } = event.p
      return track('Slot Viewed', { slot, experiment_id: experience, variation_id: variant, nonInteraction: 1 })
    }
    case 'interaction': {
      const { kind, slot, experience, variant, target } = event.p
      const ids = { slot, experiment_id: experience, variation_id: variant }
      return track('Page Interacted', { interaction: kind, ...ids, target })
    }
    case 'conversion': {
      const { goal, value, currency } = event.p
      return track(Object.hasOwn(names, goal) ? names[goal]! : 'Goal Reached', { goal, value, currency })
    }
    case 'custom': {
      const name = cleanText(event.p.name)
      return name === '' ? 'invalid' : track(name, event.p.props ?? {})
    }
    default:
      return 'unmapped'
  }
}

/**
 * Events as bodies for Segment's `/v1/batch`, in their order. Pure. Segment knows a repeat by `messageId`, which is our
 * event's id.
 */
export function toSegment(events: readonly ForwardedEvent[], settings: SegmentSettings): Mapped {
  const left: { id: string; why: Left }[] = []
  const pieces: Piece[] = []
  for (const { event, clientId, sessionStartedAt } of events) {
    const { i: id, at, lo } = event
    const message = toMessage(event, settings)
    if (typeof message === 'string') {
      left.push({ id, why: message })
      continue
    }
    const path = getPath(lo)
    const page = { path, ...(settings.origin === undefined ? {} : { url: `${settings.origin}${path}` }) }
    const json = JSON.stringify({
      ...message,
      ...(message.type === 'page' ? { properties: { ...message.properties, ...page } } : {}),
      anonymousId: clientId,
      messageId: id,
      timestamp: new Date(at).toISOString(),
      context: { library: { name: 'unblink' }, page, sessionId: String(sessionStartedAt) },
    })
    if (Buffer.byteLength(json) >= SEGMENT_LIMITS.messageBytes) left.push({ id, why: 'too_large' })
    else pieces.push({ id, json })
  }
  const { messages: maxPieces, batchBytes: maxBytes } = SEGMENT_LIMITS
  return { requests: pack({ pieces, maxPieces, maxBytes, wrap: (list) => `{"batch":${list}}` }), left }
}
