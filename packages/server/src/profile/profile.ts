import type { JsonObject } from '@unblink/protocol'
import type { Assignment } from './assignment.ts'
import type { DerivedState } from './derived/kinds.ts'
import type { Trial } from './trial.ts'

/** A view as the fold remembers it, so that repeated, reordered and lower snapshots teach nothing twice. */
export interface ViewRecord {
  readonly id: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** Whether its page_view has come; engagement may overtake it. */
  readonly isCounted: boolean
  /** The highest engagement snapshot folded in, and what it credited; -1 and 0 before the first. */
  readonly rev: number
  readonly activeMs: number
}

/** What the server knows of one visitor. Times are epoch milliseconds, corrected for the device's clock. */
export interface Profile {
  readonly v: 1
  readonly visitor: string
  /** Rises with every change. */
  readonly generation: number
  readonly firstSeenAt?: number
  readonly lastSeenAt?: number
  /** A visit ends after 30 minutes without an event. `previousSeenAt`: the end of the visit before the current one. */
  readonly visits: { readonly count: number; readonly startedAt?: number; readonly previousSeenAt?: number }
  readonly views: { readonly count: number; readonly latest: readonly ViewRecord[] }
  /** Per category: active seconds, decayed to the moment `at`. */
  readonly interests: Readonly<Record<string, { readonly score: number; readonly at: number }>>
  readonly conversions: Readonly<Record<string, { readonly count: number; readonly lastAt: number }>>
  /** What the visitor has already, like products owned. */
  readonly holdings: readonly string[]
  /** Attributes set by the site's own server. */
  readonly custom: JsonObject
  /** By the name of an attribute that the site declares; left out while there is none. */
  readonly derived?: Readonly<Record<string, DerivedState>>
  /** By the id of an experience that a bandit chooses for; left out while there is none. */
  readonly trials?: Readonly<Record<string, Trial>>
  /** By the id of an experiment; left out while there is none. */
  readonly assignments?: Readonly<Record<string, Assignment>>
}
