import type { AnyEvent, Attributes, Condition, Consent, Holdout, Json, Slot } from '@unblink/protocol'
import type { ForwardSettings } from '../forward/forwardSettings.ts'
import type { AttributeDeclaration } from '../profile/derived/declaration.ts'
import type { HookSettings } from '../sources/hook.ts'
import type { ProfileSourceSettings } from '../sources/profileSource.ts'
import type { ModelSettings, SiteExperience } from './choice.ts'
import type { ScopedKey } from './keyScopes.ts'
import type { Webhook } from './webhook.ts'

export interface SiteKeys {
  /** Public: in every page. May append events and read its own visitor's decisions, nothing else. */
  readonly browser: string
  /** Secret: may do everything. At least 16 characters. Without a server key the server-to-server routes refuse everything. */
  readonly server?: string
  /** Secrets that may do some things, by their ids. @default none */
  readonly servers?: Readonly<Record<string, ScopedKey>>
}

/** Pages about one thing, which reading them shows an interest in. */
export interface Category {
  /** Exact paths, or prefixes ending in `*`: `/loans/*`. May be empty where there are `items`. */
  readonly paths: readonly string[]
  /**
   * What the category is called in the page's events beside its own id (an `item_category` of GA4, say), exactly or as a
   * prefix ending in `*`; capitals make no difference. An event about it counts like a view. @default its id alone
   */
  readonly items?: readonly string[]
  /** Whether interest in it is an intent, and so becomes `intent.<category>`. @default false */
  readonly intent?: boolean
}

export interface IntentSettings {
  /** Hours after which an interest that is not fed counts half. @default 168 */
  readonly halfLifeHours: number
  /** Intents scoring lower (0 to 100) are neither `intent.primary` nor in `intent.ranked`. @default 20 */
  readonly minScore: number
}

/** A declared business outcome. */
export interface Goal {
  /** What the visitor holds from then on: added to `holdings`. */
  readonly holdings?: readonly string[]
}

/** What a profile source is asked. */
export interface ProfileSourceRequest {
  readonly visitor: string
  /** Path of the page where it was told, else ''. */
  readonly url: string
  /** What is stored of the visitor and worked out from it. */
  readonly attributes: Attributes
  /** Aborted when the time is over. */
  readonly signal: AbortSignal
}

/**
 * Attributes of a visitor from anywhere else. Asked once per profile request and batch, with consent to personalization
 * only; what it gives lies under the stored attributes. Too late, rejected or no sound attributes: the visitor is decided for
 * without it.
 */
export type ProfileSource = (request: ProfileSourceRequest) => Promise<Attributes>

/** `actual` is the attribute's value, null when it is missing. Throwing counts as false. */
export type CustomOperator = (actual: Json, expected: Json) => boolean

/** Hears of each event after it has been committed, once. `visitor` is left out where the event belongs to nobody. */
export type EventTap = (event: AnyEvent, about: { readonly visitor?: string }) => unknown

/** A site's configuration with every default filled in: what `parseSite` returns and the server trusts. */
export interface Site {
  /** Names the site in the database: 1 to 60 of `a-z 0-9 -`. */
  readonly id: string
  readonly keys: SiteKeys
  /** Other origins whose pages may use the browser key; the server's own always may. */
  readonly origins: readonly string[]
  /** The domain that the visitor's cookie is of, so that all hosts in it have one visitor. @default each host its own */
  readonly cookieDomain?: string
  /** What holds for a visitor who has not been asked. Rendered into the page; requests carry the visitor's own. */
  readonly consent: Consent
  readonly slots: Readonly<Record<string, Slot>>
  readonly audiences: Readonly<Record<string, Condition>>
  /** Lists that `$inGroup` and `$notInGroup` name. In every page, so none of secrets. */
  readonly groups: Readonly<Record<string, readonly Json[]>>
  readonly holdout?: Holdout
  readonly experiences: readonly SiteExperience[]
  readonly categories: Readonly<Record<string, Category>>
  readonly intents: IntentSettings
  readonly goals: Readonly<Record<string, Goal>>
  /** What is worked out from a visitor's events, by the attribute's name. */
  readonly attributes: Readonly<Record<string, AttributeDeclaration>>
  /** Models that experiences can be chosen by, by name. */
  readonly models: Readonly<Record<string, ModelSettings>>
  /** Dotted paths of the attributes that a page may read; all others stay on the server. */
  readonly expose: readonly string[]
  /** Query parameters kept in the stored location of an event; all others are cut off. */
  readonly queryAllowList: readonly string[]
  readonly profile?: ProfileSource
  /**
   * The same by HTTP: a GET of this address, `{{visitor}}` replaced, that answers 200 with a JSON object of attributes, or 404.
   */
  readonly profileUrl?: string
  /** Profile services, asked all at once; what one tells lies above what later ones tell. */
  readonly profileSources?: readonly ProfileSourceSettings[]
  /** Webhooks that are received, by name. */
  readonly hooks?: Readonly<Record<string, HookSettings>>
  /** How long a reply waits for `profile`, `profileUrl` and `profileSources` together, 1 to 2000. @default 50 */
  readonly profileTimeoutMs: number
  /**
   * Operators of the site's own, for conditions as `$name`. Audiences that use one are worked out on the server only, and
   * pages are told the result; they cannot stand inside `$elemMatch` or `$all`.
   */
  readonly operators: Readonly<Record<string, CustomOperator>>
  /** Who is told about visitors, by name; see docs/webhooks.md. */
  readonly webhooks: Readonly<Record<string, Webhook>>
  /**
   * Hosts, as addresses have them, that webhooks may reach although they are in the own network or on this machine; those of
   * this machine also by http. @default none
   */
  readonly privateHosts: readonly string[]
  /** Other tools that stored events are handed on to. */
  readonly forward?: ForwardSettings
  /** What it throws is logged and harms nothing; nothing waits for it. */
  readonly onEvent?: EventTap
}
