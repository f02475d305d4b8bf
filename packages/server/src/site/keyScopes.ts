/**
 * What a server key may do: set `attributes` of visitors, `identify` them (and sign proofs that they are somebody), `merge`
 * (undo that somebody was identified), `export` and `erase` what is known, read `metrics`.
 */
export const KEY_SCOPES = ['attributes', 'identify', 'merge', 'export', 'erase', 'metrics'] as const
export type KeyScope = (typeof KEY_SCOPES)[number]

/** A server key that may do some things only. */
export interface ScopedKey {
  /** 32 to 200 characters: HMAC-SHA256 wants as many bytes as it gives. */
  readonly secret: string
  /** At least one. */
  readonly scopes: readonly KeyScope[]
}

/** The id of `keys.server`, which may do everything. */
export const FULL_KEY = 'server'
