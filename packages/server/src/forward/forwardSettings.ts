/* eslint-disable unblink/banned-words -- A company has this name. */
import type { AnyEvent } from '@unblink/protocol'

/** Types that can be handed on: facts that happened once. Cumulative ones would be counted again with each revision. */
export const FORWARD_TYPES = ['page_view', 'exposure', 'impression', 'interaction', 'conversion', 'custom'] as const
export type ForwardType = (typeof FORWARD_TYPES)[number]

/** A secret that is not in the config: the name of the environment variable that holds it. */
export interface SecretName {
  readonly env: string
}

interface Common {
  /** What is handed on. A page that runs the other tool's own script counts views there already. @default exposure, conversion */
  readonly types: readonly ForwardType[]
  /** By a goal's id: what the other tool calls its conversion. @default one name for all, and the goal as a parameter */
  readonly names: Readonly<Record<string, string>>
  /** The site's origin, put before paths to make the address of a page. @default only the path is told */
  readonly origin?: string
  /** Where requests go. @default the tool's own address in the United States */
  readonly endpoint: string
}

/** Google Analytics 4, by its Measurement Protocol. */
export interface Ga4Settings extends Common {
  /** Of the data stream, like G-ABC123. */
  readonly measurementId: string
  readonly apiSecret: SecretName
}

/** Segment, by its HTTP Tracking API. */
export interface SegmentSettings extends Common {
  readonly writeKey: SecretName
}

export interface ForwardSettings {
  readonly ga4?: Ga4Settings
  readonly segment?: SegmentSettings
}

/** `ForwardSettings` as they are written. */
export interface ForwardInput {
  readonly ga4?: Pick<Ga4Settings, 'measurementId' | 'apiSecret'> & Partial<Common>
  readonly segment?: Pick<SegmentSettings, 'writeKey'> & Partial<Common>
}

/** An event with what the other tool may know of whose it is. */
export interface ForwardedEvent {
  readonly event: AnyEvent
  /** Made of the visitor's id by a keyed hash: the id itself would let its owner be impersonated. */
  readonly clientId: string
  /** Epoch milliseconds. */
  readonly sessionStartedAt: number
}

/**
 * Why an event is not sent: its type is not wanted (or the tool has no use for it), it is older than the tool takes, it cannot
 * be said by the tool's rules, or it is too large.
 */
export type Left = 'unmapped' | 'too_old' | 'invalid' | 'too_large'

/** A request, and the events that are in it. */
export interface ForwardRequest {
  readonly ids: readonly string[]
  /** JSON. */
  readonly body: string
}

export interface Mapped {
  readonly requests: readonly ForwardRequest[]
  readonly left: readonly { readonly id: string; readonly why: Left }[]
}
