import type { AnyEvent, Exposure, Json } from '@unblink/protocol'
import { cleanText, getPath } from './cleanText.ts'
import type { ForwardedEvent, Ga4Settings, Left, Mapped } from './forwardSettings.ts'
import { pack, type Piece } from './pack.ts'

/**
 * The protocol's limits, https://developers.google.com/analytics/devguides/collection/protocol/ga4/sending-events#limitations;
 * the lengths of a page's title and address are those of https://support.google.com/analytics/answer/9267744.
 */
export const GA4_LIMITS = {
  events: 25,
  params: 25,
  name: 40,
  value: 100,
  title: 300,
  location: 1_000,
  /** "Smaller than 130 kB". */
  bytes: 130_000,
  ageMs: 72 * 3_600_000,
} as const

/** https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference#reserved_names: what is sent under these is not taken. */
export const GA4_RESERVED: ReadonlySet<string> = new Set(
  (
    'ad_activeview ad_click ad_exposure ad_query ad_reward adunit_exposure app_clear_data app_exception app_install ' +
    'app_remove app_store_refund app_update app_upgrade dynamic_link_app_open dynamic_link_app_update ' +
    'dynamic_link_first_open error firebase_campaign firebase_in_app_message_action firebase_in_app_message_dismiss ' +
    'firebase_in_app_message_impression first_open first_visit in_app_purchase notification_dismiss ' +
    'notification_foreground notification_open notification_receive os_update session_start user_engagement'
  ).split(' '),
)
export const GA4_NAME = /^[A-Za-z][A-Za-z0-9_]{0,39}$/
export const GA4_RESERVED_PARAM = /^(?:_|firebase_|ga_|google_|gtag\.)/

type Param = string | number
type Params = Readonly<Record<string, Param>>
type Named = { readonly name: string; readonly params: Params }

const isTooOld = (at: number, now: number) => at < now - GA4_LIMITS.ageMs

const toName = (text: string) => text.replace(/[^A-Za-z0-9_]+/g, '_').slice(0, GA4_LIMITS.name)

const withoutMissing = (params: Readonly<Record<string, Param | undefined>>): Params =>
  Object.fromEntries(Object.entries(params).filter((entry): entry is [string, Param] => entry[1] !== undefined))

const cut = (text: string | undefined, length: number = GA4_LIMITS.value) => text && cleanText(text).slice(0, length)

/** What a page says of slots and their contents are names, and still texts that anybody can have sent. */
const cutAll = (params: Readonly<Record<string, Param | undefined>>): Params =>
  withoutMissing(
    Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, typeof value === 'string' ? cut(value) : value]),
    ),
  )

/** Analysis is by what was assigned, so the outcome is a parameter, and those who saw the default count with their variant. */
function nameExposure({ slot, experience, variant, outcome, hiddenMs }: Exposure): Named | Left {
  if (experience === undefined) return 'unmapped'
  // https://developers.google.com/analytics/devguides/collection/ga4/integration: tool, experience, variant.
  const text = `unblink-${experience}-${variant ?? outcome}`
  // Cut, it could be another's.
  if (text.length > GA4_LIMITS.value) return 'invalid'
  const params = { exp_variant_string: text, slot, experience, variant, outcome, hidden_ms: Math.round(hiddenMs) }
  return { name: 'experience_impression', params: cutAll(params) }
}

/** Of the properties only what is flat: others have no place there. */
function getProps(props: Readonly<Record<string, Json>> = {}, room: number): Params {
  const flat = Object.entries(props).flatMap(([key, value]): [string, Param][] => {
    const name = toName(key)
    if (!GA4_NAME.test(name) || GA4_RESERVED_PARAM.test(name) || name === 'session_id') return []
    if (typeof value === 'string') return [[name, cut(value) ?? '']]
    if (typeof value === 'number') return [[name, value]]
    return typeof value === 'boolean' ? [[name, String(value)]] : []
  })
  return Object.fromEntries(flat.slice(0, Math.max(0, room)))
}

function nameEvent(event: AnyEvent, { types, names }: Ga4Settings, room: number): Named | Left {
  if (!types.some((type) => type === event.t)) return 'unmapped'
  switch (event.t) {
    case 'page_view':
      return { name: 'page_view', params: withoutMissing({ page_title: cut(event.p.title, GA4_LIMITS.title) }) }
    case 'exposure':
      return nameExposure(event.p)
    case 'impression': {
      const { slot, experience, variant } = event.p
      return { name: 'unblink_impression', params: cutAll({ slot, experience, variant }) }
    }
    case 'interaction': {
      const { kind, slot, experience, variant, target } = event.p
      return { name: 'unblink_interaction', params: cutAll({ interaction: kind, slot, experience, variant, target }) }
    }
    case 'conversion': {
      const { goal, value, currency } = event.p
      const name = Object.hasOwn(names, goal) ? names[goal]! : 'unblink_conversion'
      return { name, params: cutAll({ goal, value, currency }) }
    }
    case 'custom': {
      const name = toName(event.p.name)
      return GA4_NAME.test(name) && !GA4_RESERVED.has(name)
        ? { name, params: getProps(event.p.props, room) }
        : 'invalid'
    }
    default:
      return 'unmapped'
  }
}

/**
 * Events as bodies for the Measurement Protocol, in their order and one visitor's in each. Pure.
 *
 * GA4 knows no repeats but those of purchases, so our id goes along as `unblink_event_id`: reports by it, or the export to
 * BigQuery, tell them apart. What consent was given is to analytics, so the use for advertising is denied.
 * @param settings With `now`, epoch milliseconds: GA4 takes nothing that is older than 72 hours.
 */
export function toGa4(events: readonly ForwardedEvent[], settings: Ga4Settings & { readonly now: number }): Mapped {
  const left: { id: string; why: Left }[] = []
  const visitors = new Map<string, Piece[]>()
  for (const { event, clientId, sessionStartedAt } of events) {
    const { i: id, at, lo } = event
    const path = getPath(lo)
    const location = settings.origin === undefined ? undefined : `${settings.origin}${path}`
    const common = withoutMissing({
      // The session's number is its begin in seconds, as with Google's own script; a time of engagement is asked for, or
      // reports show no active visitor.
      session_id: String(Math.floor(sessionStartedAt / 1_000)),
      engagement_time_msec: 1,
      page_location: location !== undefined && location.length <= GA4_LIMITS.location ? location : undefined,
      page_path: path.slice(0, GA4_LIMITS.value),
      unblink_event_id: id,
    })
    const named = isTooOld(at, settings.now)
      ? 'too_old'
      : nameEvent(event, settings, GA4_LIMITS.params - Object.keys(common).length)
    if (typeof named === 'string') {
      left.push({ id, why: named })
      continue
    }
    const json = JSON.stringify({
      name: named.name,
      timestamp_micros: Math.round(at * 1_000),
      params: { ...named.params, ...common },
    })
    visitors.set(clientId, [...(visitors.get(clientId) ?? []), { id, json }])
  }
  const requests = [...visitors].flatMap(([clientId, pieces]) => {
    const consent = '{"ad_user_data":"DENIED","ad_personalization":"DENIED"}'
    const wrap = (list: string) => `{"client_id":${JSON.stringify(clientId)},"consent":${consent},"events":${list}}`
    return pack({ pieces, maxPieces: GA4_LIMITS.events, maxBytes: GA4_LIMITS.bytes - 1, wrap })
  })
  return { requests, left }
}
