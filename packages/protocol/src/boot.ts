import type { Consent } from './consent.ts'
import type { Content, Decision } from './decision.ts'
import type { LatePolicy } from './manifest.ts'

/** How the inline snippet is told about the site; `renderSnippet()` puts it into the page. */
export interface BootConfig {
  /** The site's browser key. */
  readonly key: string
  /** Base path or address of the server, without a trailing slash: `/u`. */
  readonly base: string
  readonly consent: Consent
  readonly slots: Readonly<Record<string, BootSlot>>
}

/** What the snippet is told of one slot; what equals the default is left out, for every byte is in every page. */
export interface BootSlot {
  /** @default `[data-unblink="<name>"]` */
  readonly selector?: string
  /** @default DEFAULT_DEADLINE_MS */
  readonly deadlineMs?: number
  /** @default 'keep' */
  readonly late?: LatePolicy
}

/**
 * The life of a slot in one view. States only rise; `applied` and `baseline` are final for the snippet,
 * and `late` belongs to the runtime.
 *
 *     declared ─▶ hidden ─▶ applied
 *                   └─────▶ baseline ─▶ late
 */
export const SlotState = { declared: 0, hidden: 1, applied: 2, baseline: 3, late: 4 } as const
export type SlotState = (typeof SlotState)[keyof typeof SlotState]

/** Why a slot was shown. */
export type RevealCause = 'applied' | 'baseline' | 'timeout' | 'error' | 'denied'

/** A slot as the snippet keeps it; the runtime reads it, and owns it from `late` on. The DOM's types are the page's to name. */
export interface BootSlotRecord<Element = unknown, ChildNode = unknown> {
  selector: string
  deadlineMs: number
  readonly late?: LatePolicy
  state: SlotState
  cause?: RevealCause
  element?: Element
  decision?: Decision
  /** Monotonic milliseconds (performance.now) of hiding and revealing. */
  hiddenAt?: number
  revealedAt?: number
  /** Default children taken out by the swap, in order: what undo puts back. */
  removed?: ChildNode[]
}

/**
 * `window.unblink` from the inline script on: its configuration, what it learnt, and what the runtime may ask of it.
 * Sent as it stands at the start, as JSON, it is the profile request.
 */
export interface Boot<Element = unknown, ChildNode = unknown> extends Omit<BootConfig, 'slots'> {
  readonly v: 1
  readonly slots: Readonly<Record<string, BootSlotRecord<Element, ChildNode>>>
  /** Path of the page, and its referrer as the browser tells it. */
  readonly url: string
  readonly referrer: string
  /** Commands pushed before the runtime arrived. */
  readonly queue: unknown[][]
  push(...command: unknown[]): void
  /** Monotonic milliseconds at which the request was sent and its end had come. */
  sentAt?: number
  repliedAt?: number
  /** The reply, parsed from JSON but not validated; stays unset when none of use came. */
  reply?: unknown
  /** Decides slots. Called by the snippet for the reply's decisions and by the runtime for its own. */
  decide(decisions: readonly Decision[]): void
  /** Shows a slot; without a variant applied, that is its baseline. Harmless when it is already shown. */
  reveal(slot: string, cause: RevealCause): void
  /** Set by the runtime: called on every later change of a slot. */
  onChange?: (slot: string) => void
  /** Set by the runtime: places content that the snippet cannot. False: the runtime cannot either. */
  place?: (element: Element, content: Content) => boolean
  /** Set by the runtime: called once when the request has ended. */
  onReply?: () => void
}
