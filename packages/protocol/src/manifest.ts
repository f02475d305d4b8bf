import type { Content, Rotation } from './decision.ts'
import type { Json, JsonObject } from './json.ts'

/** A Mongo-style condition over attributes, as GrowthBook documents the language. Evaluated by `@unblink/decide`. */
export type Condition = JsonObject

/** What happens when the decision arrives after the slot was revealed. */
export type LatePolicy = 'keep' | 'fade' | 'next'

/** A named place in the page. `selector` defaults to `[data-unblink="<name>"]`; `deadlineMs` counts from the snippet. */
export interface Slot {
  readonly selector?: string
  /** @default 400, range 50 to 3000 */
  readonly deadlineMs?: number
  /** @default 'keep' */
  readonly late?: LatePolicy
  /** A framework hydrates it: see `BootSlot`. @default false */
  readonly defer?: boolean
}

/** One alternative for a slot. Without `content` it is the control: the baseline, measured. */
export interface Variant {
  readonly id: string
  /** Relative share among the variants. @default 1 */
  readonly weight?: number
  readonly content?: Content
  /** Contents that follow `content` while the slot is looked at; only beside it. */
  readonly rotation?: Rotation
}

export type Day = 'Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun'

/** When an experience runs: all of its members must hold. */
export interface Schedule {
  /** Epoch milliseconds from which it runs. */
  readonly from?: number
  /** Epoch milliseconds before which it ends. */
  readonly to?: number
  /** IANA name of the time zone that `days` and `hours` are told in. @default 'UTC' */
  readonly timeZone?: string
  /** The days on which it runs. */
  readonly days?: readonly Day[]
  /**
   * From the first time of the day until before the second, as `HH:MM`, `00:00` to `24:00`. `['22:00', '06:00']` runs past
   * midnight; `days` are then those on which each half falls.
   */
  readonly hours?: readonly [opens: string, closes: string]
}

/** How often an experience may be met on one device, and how soon again. At any of the limits it is passed over. */
export interface Cap {
  readonly impressions?: number
  readonly dismissals?: number
  /** Views that scrolled past it, or left it, without touching it. */
  readonly ignored?: number
  /** What the limits count in: this session, this calendar day, or all there is to remember. */
  readonly per: 'session' | 'day' | 'ever'
  /** Milliseconds that have to pass after the last impression or dismissal, whatever `per` says. */
  readonly coolDownMs?: number
}

/**
 * A share of the visitors that experiences with other ranges of the same id never touch, so that they cannot disturb one
 * another's results.
 */
export interface Namespace {
  readonly id: string
  /** Half-open, 0 to 1: `[0, 0.5]` and `[0.5, 1]` share nobody. */
  readonly range: readonly [from: number, to: number]
}

/** A number to be met exactly, or its bounds, both inclusive and at least one of them. Whole, 1 to 100 000. */
export type CountRange = number | { readonly $gte?: number; readonly $lte?: number }

/**
 * Something that has to happen in the page before an experience is decided. Each has exactly one of these shapes; times are
 * milliseconds. All but `visit`, `view`, `categoryViews` and `cartAbandonedMs` begin anew with every view (a route change
 * is a view), and those four are counted on the device: with consent to personalization over views, without it in memory.
 *
 * - `timeOnPageMs`: so long has this view been visible (time in a hidden tab does not count). 0 to 3 600 000.
 * - `scrollPercent`: so far down has the lower edge of the viewport been, in per cent of the document's height; where the
 *   page is too short to scroll, 100 from the start. 1 to 100.
 * - `exitIntent`: the mouse left the page through its upper edge. Never by touch.
 * - `inactiveMs`: no pointer, key, touch or scroll for so long in a visible tab. 1 000 to 3 600 000.
 * - `visit`: this is the visitor's nth visit (a visit ends after 30 minutes without a view). Known when the view begins.
 * - `view`: this is the nth view of the visit. Known when the view begins.
 * - `seen`: the first element that this CSS selector finds has half of itself in the viewport.
 * - `event`: the page has pushed the custom event of this name (`unblink.push('event', name)`) `times` times in this view,
 *   or, with the name of a goal, its conversion. `times`: 1 (the default) to 1 000.
 * - `categoryViews`: this is at least the nth view of the visit in a category of the site. `times`: 1 to 1 000.
 * - `cartAbandonedMs`: the custom event `add_to_cart` was pushed in this or an earlier view, and for so long since then there
 *   has been no other, no `purchase`, no `remove_from_cart` and no conversion. 1 000 to 604 800 000 (seven days).
 */
export type Trigger =
  | { readonly timeOnPageMs: number }
  | { readonly scrollPercent: number }
  | { readonly exitIntent: true }
  | { readonly inactiveMs: number }
  | { readonly visit: CountRange }
  | { readonly view: CountRange }
  | { readonly seen: string }
  | { readonly event: string; readonly times?: number }
  | { readonly categoryViews: { readonly category: string; readonly times: number } }
  | { readonly cartAbandonedMs: number }

/** A published rule that ties an audience, a slot and variants. The highest `priority` that matches wins the slot. */
export interface Experience {
  readonly id: string
  readonly slot: string
  readonly kind: 'personalization' | 'experiment'
  /** Higher wins; ties go to the earlier in the list. @default 0 */
  readonly priority?: number
  /** The id of an audience; everyone when left out. */
  readonly audience?: string
  /** Whom it is kept from all the same ("already bought"): the id of an audience or a condition. */
  readonly suppress?: string | Condition
  /** @default always */
  readonly schedule?: Schedule
  /**
   * What has to happen first, in the page: one trigger, or a list (1 to 10) of which any will do. From that moment on the
   * experience takes part in the decision of its slot, which the page then makes anew; servers pass it over.
   * @default decided with the view
   */
  readonly when?: Trigger | readonly Trigger[]
  /** Counted on the device, so a server decides as if there were none. @default as often as it wins */
  readonly cap?: Cap
  /** @default all visitors, whatever other experiences they are in */
  readonly namespace?: Namespace
  /** Share of the audience admitted, 0 to 1. @default 1 */
  readonly coverage?: number
  /** Salt of the bucketing hash. @default the experience's id */
  readonly seed?: string
  readonly variants: readonly Variant[]
  /**
   * For variants that rotate, by id: the attribute paths of a visitor's scores for `content` and each of the rotation's
   * contents, in that order. The highest score comes first; one that is missing counts 0, and equal ones keep their order.
   */
  readonly rankBy?: Readonly<Record<string, readonly string[]>>
}

/** Share of visitors (0 to 1) kept out of every experience and still measured. */
export interface Holdout {
  readonly share: number
  readonly seed: string
}

/** The immutable, cacheable document of all live experiences of a site. */
export interface Manifest {
  readonly v: 1
  /** Content hash: equal versions hold equal rules. */
  readonly version: string
  readonly slots: Readonly<Record<string, Slot>>
  /**
   * What makes a visitor a member. An audience that a page cannot work out, because it needs an attribute that is not
   * exposed or an operator of the site's own, is published as `{ audiences: { $in: ['<its id>'] } }`: whoever decides in the
   * page gives the reply's `audiences` as an attribute of that name.
   */
  readonly audiences: Readonly<Record<string, Condition>>
  /** The paths of the categories that triggers name: exact, or prefixes that end in `*`. */
  readonly categories?: Readonly<Record<string, readonly string[]>>
  /** Lists that `$inGroup` and `$notInGroup` name. Published to every page, so none of secrets. */
  readonly groups?: Readonly<Record<string, readonly Json[]>>
  readonly holdout?: Holdout
  readonly experiences: readonly Experience[]
}

export const DEFAULT_DEADLINE_MS = 400

/** The selector that the snippet and the runtime both use for a slot. */
export const getSelector = (name: string, slot: Slot): string => slot.selector ?? `[data-unblink="${name}"]`
