import type { Consent, ConsentState } from './consent.ts'
import type { Content, Decision } from './decision.ts'
import type { EventInput } from './event.ts'
import type { JsonObject } from './json.ts'
import type { LatePolicy } from './manifest.ts'

/** How the inline snippet is told about the site; `renderSnippet()` puts it into the page. */
export interface BootConfig {
  /** The site's browser key. */
  readonly key: string
  /** Base path or address of the server, without a trailing slash: `/u`. */
  readonly base: string
  readonly consent: Consent
  readonly slots: Readonly<Record<string, BootSlot>>
  /**
   * Another way to the answer than the POST: an address to GET it from (one that Early Hints have preloaded), or '' when
   * the page itself will bring it by `unblink.answer()`.
   */
  readonly ask?: string
  /** Origins, beside the page's own, that a content's `redirect` may lead to: `https://www.example.com`. @default none */
  readonly redirects?: readonly string[]
  /**
   * Version of the manifest that the page is rendered for, where it is rendered anew for each request: what a browser remembers
   * of another one is not applied. Not for a page that stands for longer, whose visitors would find nothing remembered after
   * each publishing. @default what is remembered counts for 30 minutes, whatever has been published
   */
  readonly manifest?: string
  /**
   * Tells the collector by beacon what was clicked, sent and pushed in a page that is left before the runtime has come.
   * Text of its own behind the snippet's, in the same script. Without it such a page tells nothing. @default true
   */
  readonly earlyClicks?: boolean
}

/**
 * What the runtime leaves in localStorage under the key `unblink` for the next view, with a cookie of that name which says
 * so: the first touch of storage costs a page milliseconds. Its value is the version of the manifest that the decisions are by,
 * or 1 where they are by none or keep a cap of this device, which no publishing lifts. Only with consent.
 */
export interface Memory {
  /** Decisions to apply at once, until `expiresAt` (epoch milliseconds). */
  readonly decisions?: readonly Decision[]
  readonly expiresAt?: number
  /** Addresses of the images in those decisions' contents, to be asked for from the head. */
  readonly images?: readonly string[]
  /** What this visitor's past replies suggest as a deadline, for slots that set none. */
  readonly deadlineMs?: number
}

/** What the snippet is told of one slot; what equals the default is left out, for every byte is in every page. */
export interface BootSlot {
  /** @default `[data-unblink="<name>"]` */
  readonly selector?: string
  /** @default DEFAULT_DEADLINE_MS */
  readonly deadlineMs?: number
  /** @default 'keep' */
  readonly late?: LatePolicy
  /**
   * A framework will hydrate the slot: it is hidden as others are, and gets its variant only after
   * `unblink.push('hydrated')`. @default false
   */
  readonly defer?: boolean
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

/** Why a slot shows its baseline although nobody decided so: no decision in time, or one that could not be applied. */
export type RevealCause = 'timeout' | 'error'

/** A slot as the snippet keeps it; the runtime reads it, and owns it from `late` on. The DOM's types are the page's to name. */
export interface BootSlotRecord<Element = unknown, ChildNode = unknown> extends BootSlot {
  selector?: string
  deadlineMs?: number
  defer?: boolean
  state: SlotState
  cause?: RevealCause | undefined
  element?: Element | undefined
  decision?: Decision | undefined
  /** The visitor has dismissed the variant: the slot shows its default again, and keeps it for this view. */
  dismissed?: boolean
  /** Monotonic milliseconds (performance.now) of hiding and revealing. */
  hiddenAt?: number
  shownAt?: number
  /** The default children once the variant has taken their place, in order: what undo puts back. */
  baseline?: ChildNode[]
}

/** What the snippet gets of `BootConfig`: the same in fewer bytes, and the body of its request as it is. */
export interface BootInput extends Pick<BootConfig, 'key' | 'base' | 'slots' | 'redirects'> {
  readonly v: 1
  /** For personalisation, and for analytics too unless that is said. */
  readonly consent: ConsentState
  readonly analytics?: ConsentState
  /** '' for no request; else method and address of the first view's. @default the POST */
  readonly ask?: '' | readonly ['GET', string]
}

/**
 * An action of the page's own, which contents name (`action`). It is called once for each time that the content is placed,
 * with the content's target and a copy of its props, and is done when it returns: the slot is shown then. Throwing, or
 * returning a promise, means that it could not be done; the slot then shows its default.
 * @returns How to take it back, if more has been changed than which children the element has. Called once: when the default
 * is put back, another content follows, or the element has left the page (a route change).
 */
export type Action<Element = unknown, Props = JsonObject> = (element: Element, props: Props) => void | (() => void)

/** `window.unblink` from the inline script on: its configuration, what it learnt, and what the runtime may ask of it. */
export interface Boot<Element = unknown, ChildNode = unknown> extends Omit<BootInput, 'slots'> {
  /** The configuration as JSON: the body of every request, and what every view's records are made of. */
  readonly source: string
  /** The records of this view, by name. */
  readonly slots: Readonly<Record<string, BootSlotRecord<Element, ChildNode>>>
  /** Commands pushed before the runtime arrived. */
  readonly queue: unknown[][]
  /**
   * Gives a command to the runtime, which returns its result: for `event` and `conversion` a promise of true once the
   * event is durable. A command pushed before the runtime came waits in `queue`, and what is returned means nothing.
   */
  push(...command: unknown[]): unknown
  /** Address of the runtime's script, set by it: its other files are beside it. Undefined where it was not a file. */
  runtime?: string | undefined
  /** What the request came to, parsed from JSON but not validated; undefined while it is under way. */
  reply?: unknown
  /** Takes the reply, from wherever it comes. Anything that is none shows every undecided slot's baseline. */
  answer(reply: unknown): void
  /** Decides slots that are not decided yet. Called by the snippet for the reply's decisions, by the runtime for its own. */
  decide(decisions: readonly Decision[]): void
  /**
   * Starts a view: new records for all slots, a new request; what an older view still awaits is void. For a route change
   * (`true`), the elements that are not the old view's count as not painted yet, since routers render with the address.
   */
  open(isRoute?: true): void
  /** Set by the runtime, must not throw: called whenever a slot has been shown and, without one, when the request has ended. */
  onChange: (slot?: BootSlotRecord<Element, ChildNode>) => void
  /**
   * Set by the runtime: places content that the snippet cannot. Throws when the runtime cannot either; undefined while what a
   * content needs is on its way.
   */
  place?: ((element: Element, content: Content) => void) | undefined
  /** Set by the command `sanitizer`: makes a node of markup, in an engine that has no sanitiser of its own. */
  sanitize?: (html: string) => unknown
  /** Set by the command `action`, by name. */
  actions?: Readonly<Record<string, Action<Element>>>
  /** Set by the runtime while a slot waits for an action; called after each command `action`. */
  onAction?: () => void
  /** Set unless `earlyClicks` is false, taken away by the runtime: tells what is in `queue`. */
  leave?: () => void
  /** Called with an event that has been tracked, as soon as it is durable if it ever is. */
  onTracked?: (event: EventInput) => void
}
