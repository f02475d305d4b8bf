/** How far a visitor is with one timed webhook. Epoch milliseconds. */
export interface Wait {
  /** When the time that runs began; undefined while none does. */
  readonly since: number | undefined
  /** What happened up to here starts nothing any more: it was made void, or has been told. */
  readonly quiet: number
}

/** An event as a timed webhook sees it. */
export interface Step {
  readonly at: number
  readonly isAfter: boolean
  readonly isUnless: boolean
}

export interface WaitRules {
  readonly withinMs: number
  readonly restart: boolean
}

const NONE: Wait = { since: undefined, quiet: -1 }

/**
 * What an event does to a wait. Pure. Events may come in any order before the time is over: a purchase that arrives before the
 * view that it follows makes that view void all the same.
 */
export function stepWait(wait: Wait = NONE, { at, isAfter, isUnless }: Step, { withinMs, restart }: WaitRules): Wait {
  let { since, quiet } = wait
  if (isUnless) {
    if (since !== undefined && at >= since && at <= since + withinMs) since = undefined
    quiet = Math.max(quiet, at)
  }
  // One event can be both, like a page view in "not seen for a month": it ends one time and begins the next.
  const isNews = isUnless ? at >= wait.quiet : at > quiet
  if (isAfter && isNews) {
    if (since === undefined) since = at
    else since = restart ? Math.max(since, at) : Math.min(since, at)
  }
  return { since, quiet }
}

/** Two waits that turn out to be one person's. Pure. */
export function mergeWaits(left: Wait, right: Wait, { withinMs, restart }: WaitRules): Wait {
  const quiet = Math.max(left.quiet, right.quiet)
  const begun = [left.since, right.since].filter((at): at is number => at !== undefined)
  const open = begun.filter((since) => !(quiet >= since && quiet <= since + withinMs))
  if (open.length === 0) return { since: undefined, quiet }
  return { since: restart ? Math.max(...open) : Math.min(...open), quiet }
}
