import type { JsonObject } from './json.ts'

/**
 * Where `text`, `html` or `template` goes, told from the target: as a sibling `before` or `after` it, or as its first
 * (`prepend`) or last (`append`) children.
 */
export type Place = 'before' | 'after' | 'prepend' | 'append'

/**
 * What a variant does to its slot: one action, and by `more` further ones. At most one of `text`, `html`, `template` brings
 * new nodes; unless `place` says otherwise they replace the target's children. Everything else changes the target itself.
 * A content that cannot be carried out as a whole is not carried out at all: the slot then shows its baseline.
 *
 * Strings in `text`, `html`, `attributes`, `src`, `srcset`, `redirect` and `props` may be Mustache templates (`{{name}}`,
 * sections, inverted sections), filled with the attributes that the site exposes and the context before a decision is
 * handed on: on the server in the reply, in the page where the page decides. Values are escaped for the place they go to:
 * in `html` for HTML; in `src`, `srcset`, `redirect` and an `href` percent-encoded (`{{{name}}}` puts a whole address in as
 * it is); elsewhere they stay as they are, since nothing parses them. A missing attribute is an empty string. What fills
 * them is `renderContent` of `@unblink/decide/template`.
 */
export interface Content {
  /** Plain text; markup in it is shown, not parsed. */
  readonly text?: string
  /** Markup; sanitised in the page. */
  readonly html?: string
  /** The id of a `<template>` in the page whose content is cloned. Its text is no Mustache template. */
  readonly template?: string
  /** Set on the target. Only names that neither run code nor load anything: aria-*, data-*, alt, title, href, … */
  readonly attributes?: Readonly<Record<string, string>>
  /** Classes added to the target, separated by spaces. */
  readonly class?: string
  /** CSS properties set on the target, by their names in style sheets: `{ 'background-color': 'navy', '--gap': '2rem' }`. */
  readonly style?: Readonly<Record<string, string>>
  /** Address of the image for a target that is an `<img>` or `<source>`; decoded before the slot is revealed. */
  readonly src?: string
  /** The same as the attribute `srcset` takes it. Beside `src`, or alone. */
  readonly srcset?: string
  /** For framework adapters: the name of a component that the adapter renders in the slot, instead of any other body. */
  readonly component?: string
  /**
   * The name of an action of the page's own, a function that it gives by `unblink.push('action', name, …)`: see `Action`. It
   * is called with the target and `props`, and stands alone but for `target`, `props` and `more`.
   */
  readonly action?: string
  /** What the component or the action is given; only beside one of them. */
  readonly props?: JsonObject
  /**
   * A selector: the action is for the first element inside the slot that it finds. Finding none is an error.
   * @default the slot element itself
   */
  readonly target?: string
  /** Only beside `text`, `html` or `template`. @default they replace the target's children */
  readonly place?: Place
  /** Takes the target out of the page; only with a `target`, and beside nothing else but `more`. */
  readonly remove?: true
  /**
   * Selectors inside the target, each of which names one of its children, or an element in one: that child is moved to the
   * target's front, in this order. Children that no selector names follow as they were; a selector that finds nothing is
   * passed over. 1 to 50.
   */
  readonly order?: readonly string[]
  /**
   * A split by address: the page is replaced (no entry in the history) by this one, absolute or relative to the page. Only
   * `http:` and `https:`; never to the address the visitor is at; the page's query and fragment are carried over unless the
   * address has its own. Alone: with neither `target` nor any other member.
   */
  readonly redirect?: string
  /**
   * Further actions on the same slot, carried out after this one and in order, 1 to 20; each has its own `target`. None of
   * them has `more`, `redirect` or `component`.
   */
  readonly more?: readonly Content[]
}

/** What the two buttons of a rotating slot are called, for those who cannot see them. */
export interface RotationLabels {
  /** @default 'Pause rotation' */
  readonly pause?: string
  /** The same button once nothing rotates. @default 'Start rotation' */
  readonly play?: string
  /** @default 'Show next' */
  readonly next?: string
}

/**
 * What a slot goes on to after its `content`: one after the other, then round again. All of them, `content` too, fill the
 * slot (`text`, `html` or `template`) and leave the slot element itself alone.
 */
export interface Rotation {
  /** Milliseconds that each content is shown before the next, 3000 to 60000. */
  readonly everyMs: number
  /** The contents that follow `content`, in order: 1 to 8. */
  readonly contents: readonly Content[]
  readonly labels?: RotationLabels
}

export const MIN_ROTATION_MS = 3_000
export const MAX_ROTATION_MS = 60_000
export const MAX_ROTATION_CONTENTS = 8

/**
 * Why a decision came out as it did: OpenFeature's reasons (https://openfeature.dev/specification/types#resolution-reason) in
 * lower snake case, and four of ours.
 *
 * - `targeting_match`, `split`: an experience admits the visitor; a personalization, or an experiment.
 * - `default`, `consent`, `holdout`: none does; none does without consent; the visitor is kept out of all.
 * - `error`: the rules are at fault, or the content could not be filled in.
 * - `override`: a preview forces it.
 * - `cached`: remembered from an earlier view, and still valid.
 * - `disabled`: requests were too slow lately, so for some minutes the page does not wait for them.
 * - `timeout`: there was none in time. Only exposures and flags say so, where a decision is missing.
 * - `stale`: it may be out of date. Nothing here says so, for what has expired is never used; a server of your own may, and
 *   it is passed on as it is.
 */
export type Reason =
  | 'targeting_match'
  | 'split'
  | 'default'
  | 'disabled'
  | 'stale'
  | 'cached'
  | 'error'
  | 'holdout'
  | 'consent'
  | 'timeout'
  | 'override'

/**
 * How likely this variant was for this visitor, above 0 and up to 1, and the audience it was worked out for ('' for
 * everyone). The exposure brings it back, so that what was chosen can be judged afterwards.
 */
export type Chance = readonly [propensity: number, context: string]

/** The result for one slot. No `content` means that the baseline stays: nothing matched, control, holdout. */
export interface Decision {
  readonly slot: string
  readonly experience?: string
  readonly variant?: string
  readonly content?: Content
  /** Only beside `content`. */
  readonly rotation?: Rotation
  readonly reason: Reason
  /** Only where a bandit has chosen the variant. */
  readonly chance?: Chance
}
