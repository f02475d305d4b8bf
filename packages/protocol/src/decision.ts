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
  readonly reason: Reason
}
