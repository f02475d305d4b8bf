import type { Memory } from '@unblink/protocol'

const KEY = 'unblink'

/** What the snippet reads, and what it is worked out from. */
export interface Kept extends Memory {
  /** Milliseconds that the latest replies took. */
  readonly times?: readonly number[]
  /** Views in a row in which a slot had to be shown without a decision. */
  readonly misses?: number
  /** Slots among `decisions` that are decided by a cap or a trigger of this device: final even if that is the baseline. */
  readonly corrected?: readonly string[]
  /** Version of the manifest that the decisions are by. */
  readonly manifest?: string
  /** The visitor and since when (epoch milliseconds), where the server's cookie may be refused: see `keepVisitor`. */
  readonly visitor?: readonly [id: string, since: number]
}

export function read(): Kept {
  try {
    return (JSON.parse(localStorage[KEY] as string) as Kept | null) ?? {}
  } catch {
    return {} // Nothing there, spoilt or refused: a first visit.
  }
}

/** Browsers keep what a script stores for a week at least after the last visit, and some no longer. */
const COOKIE_AGE_S = 7 * 24 * 60 * 60

/** Tells the snippet whether there is anything to read: asking storage itself costs it milliseconds. */
function mark(ageS: number, value: unknown): void {
  document.cookie = `${KEY}=${value as string}; path=/; max-age=${ageS}; samesite=lax`
}

export function write(change: Kept): void {
  try {
    const kept = { ...read(), ...change }
    localStorage[KEY] = JSON.stringify(kept)
    // Whole seconds, or the cookie would end with the browser.
    mark(
      Math.ceil(Math.max(COOKIE_AGE_S, (kept.expiresAt! - Date.now()) / 1_000 || 0)),
      kept.corrected?.[0] ? 1 : kept.manifest || 1,
    )
  } catch {
    // Refused or full: the next view asks as this one did.
  }
}

/** Erases all of it: consent was refused or withdrawn. */
export function forget(): void {
  try {
    mark(0, 0)
    delete localStorage[KEY]
    delete localStorage['unblink.device']
    delete sessionStorage['unblink.redirect']
  } catch {
    // Refused: then there is nothing.
  }
}
