/**
 * What is known of one variant in one context: trials, and what they were worth (1 for a goal reached, or its value), each
 * fading with time. Worth what they say at the moment `at`, epoch milliseconds.
 */
export interface Arm {
  readonly n: number
  readonly sum: number
  readonly squares: number
  readonly at: number
}

export const EMPTY_ARM: Arm = { n: 0, sum: 0, squares: 0, at: 0 }

/** The arm as of another moment. Time that runs backwards changes nothing. */
export function fadeArm(arm: Arm, at: number, halfLifeMs: number): Arm {
  if (arm.n === 0 || at <= arm.at) return arm
  const share = 2 ** (-(at - arm.at) / halfLifeMs)
  return { n: arm.n * share, sum: arm.sum * share, squares: arm.squares * share, at }
}

/** Adds what a trial of a moment brings; whichever is older is faded to the other's moment. */
export function addToArm(arm: Arm, news: Arm, halfLifeMs: number): Arm {
  if (arm.n === 0) return news
  const at = Math.max(arm.at, news.at)
  // What was won is dated to its trial, so it may be older than the arm, and fade more than the clock has moved.
  const share = 2 ** (-(at - news.at) / halfLifeMs)
  const old = fadeArm(arm, at, halfLifeMs)
  return {
    n: old.n + news.n * share,
    sum: old.sum + news.sum * share,
    squares: old.squares + news.squares * share,
    at,
  }
}
