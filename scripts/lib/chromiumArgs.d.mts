/** For a Chromium that Playwright starts: it does what it is asked for and nothing else. */
export const chromiumArgs: readonly string[]

/** For one that nothing drives. */
export const bareChromiumArgs: readonly string[]
