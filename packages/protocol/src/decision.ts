import type { JsonObject } from './json.ts'

/**
 * What a variant puts into its slot. Exactly one of `text`, `html`, `template` replaces the slot's children;
 * the others change the slot element itself. `html` is sanitised in the page; `template` is the id of a
 * `<template>` already in the page. `component` and `props` are for framework adapters.
 */
export interface Content {
  readonly text?: string
  readonly html?: string
  readonly template?: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly class?: string
  readonly component?: string
  readonly props?: JsonObject
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

/** Why a decision came out as it did: OpenFeature's reasons in lower snake case, and four of ours. */
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

/** The result for one slot. No `content` means that the baseline stays: nothing matched, control, holdout. */
export interface Decision {
  readonly slot: string
  readonly experience?: string
  readonly variant?: string
  readonly content?: Content
  /** Only beside `content`. */
  readonly rotation?: Rotation
  readonly reason: Reason
}
