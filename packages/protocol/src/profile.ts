import type { Consent } from './consent.ts'
import type { Decision } from './decision.ts'
import type { Json } from './json.ts'

export type Attributes = Readonly<Record<string, Json>>

/**
 * Body of `POST /v1/p`, sent as text/plain so that a cross-origin request needs no preflight; unknown members are ignored.
 * The visitor id travels in the first-party cookie; `visitor` serves pages that may not have one.
 */
export interface ProfileRequest {
  readonly v: 1
  readonly key: string
  readonly visitor?: string
  /** The names of the slots wanted are the keys. */
  readonly slots: Readonly<Record<string, unknown>>
  /** Path of the page; '' from the snippet, which spares the bytes. */
  readonly url: string
  /** As the browser tells it; the server keeps origin and path only. */
  readonly referrer: string
  readonly consent: Consent
}

/** Reply of `POST /v1/p`, at most 32 KiB, `private, no-store`. `attributes` holds only what the site config exposes. */
export interface ProfileReply {
  readonly v: 1
  /** Version of the manifest that the decisions were made with. */
  readonly manifest: string
  readonly visitor?: string
  /** Rises with every change of the profile. */
  readonly generation: number
  readonly audiences: readonly string[]
  readonly attributes: Attributes
  readonly decisions?: readonly Decision[]
  /**
   * Ids of the experiences whose audience and suppression admit the visitor, on those of the decided slots where the page
   * may come to show another than the decision: because one waits for a trigger, or one is capped. Their schedule, cap and
   * buckets are the page's to look at. Empty where none does but the page has to count visits, views or a cart for the
   * triggers of others; left out where it has nothing to do.
   */
  readonly rest?: readonly string[]
  /** Epoch milliseconds by the device's clock, which may be days fast, after which the decisions must not be used. */
  readonly expiresAt: number
}
