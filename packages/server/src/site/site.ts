import type { Condition, Consent, Experience, Holdout, Slot } from '@unblink/protocol'

export interface SiteKeys {
  /** Public: in every page. May append events and read its own visitor's decisions, nothing else. */
  readonly browser: string
  /** Secret: sets attributes. At least 16 characters. Without it the server-to-server routes refuse everything. */
  readonly server?: string
}

/** Pages about one thing, which reading them shows an interest in. */
export interface Category {
  /** Exact paths, or prefixes ending in `*`: `/loans/*`. */
  readonly paths: readonly string[]
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

/** A site's configuration with every default filled in: what `parseSite` returns and the server trusts. */
export interface Site {
  /** Names the site in the database: 1 to 60 of `a-z 0-9 -`. */
  readonly id: string
  readonly keys: SiteKeys
  /** Other origins whose pages may use the browser key; the server's own always may. */
  readonly origins: readonly string[]
  /** What holds for a visitor who has not been asked. Rendered into the page; requests carry the visitor's own. */
  readonly consent: Consent
  readonly slots: Readonly<Record<string, Slot>>
  readonly audiences: Readonly<Record<string, Condition>>
  readonly holdout?: Holdout
  readonly experiences: readonly Experience[]
  readonly categories: Readonly<Record<string, Category>>
  readonly intents: IntentSettings
  readonly goals: Readonly<Record<string, Goal>>
  /** Dotted paths of the attributes that a page may read; all others stay on the server. */
  readonly expose: readonly string[]
  /** Query parameters kept in the stored location of an event; all others are cut off. */
  readonly queryAllowList: readonly string[]
}

/** What is written in `unblink.config.ts`: a site with its optional parts left out. */
export type SiteInput = Pick<Site, 'id' | 'keys' | 'slots'> &
  Partial<Omit<Site, 'id' | 'keys' | 'slots' | 'consent' | 'intents'>> & {
    /** @default both 'pending' */
    readonly consent?: Partial<Consent>
    readonly intents?: Partial<IntentSettings>
  }
