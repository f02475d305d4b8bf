import { until, type Eye } from '../faultEye.ts'

/**
 * When the answer comes: before the app's code; while the slot's own boundary still waits to be hydrated; after all of
 * it; or never, for it is remembered from an earlier view. Or the app's code comes too late: the answer was there in time,
 * but the slot has been shown without it; or both are late, first the answer, then the code.
 */
export type Moment = 'before' | 'during' | 'after' | 'remembered' | 'code too late' | 'both too late'

/** In time for any machine that is used here; a view waits for what it needs, not for this. */
const AMPLE_MS = 10_000
const BRIEF_MS = 300

/** What the slots are told to wait where the answer comes at this moment. */
export const toDeadlineMs = (moment: Moment): number => (moment.endsWith('too late') ? BRIEF_MS : AMPLE_MS)

/** What something waits for that the test lets go. */
export interface Gate {
  readonly opened: Promise<void>
  open(): void
}

export function createGate(): Gate {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

export const IS_SHOWN = 'unblink.slots.hero.state > 1'
const IS_DECIDED = 'unblink.slots.hero.decision'
const IS_HYDRATED = 'host.isHydrated'

/** What an app tells of itself in the end, as `readHost` takes it apart. */
export const ASK_HOST = '[host.errors, host.swaps, host.states.join("→")]'

export interface SeenHost {
  /** What the framework told its error callbacks. */
  readonly hostErrors: readonly string[]
  /** How often a variant was put into the page, and what the slot held over time: `none→default→variant`. */
  readonly swaps: number
  readonly states: string
}

export function readHost(answer: unknown): SeenHost {
  const [hostErrors, swaps, states] = answer as [readonly string[], number, string]
  return { hostErrors, swaps, states }
}

/** Opens each gate when the page is where that moment begins; ends with the app hydrated. */
export async function playMoment(
  eye: Eye,
  {
    moment,
    isDeferred,
    profile,
    startApp,
  }: {
    readonly moment: Moment
    /** An answer waits for the app to be hydrated. */
    readonly isDeferred: boolean
    /** Of the profile request. */
    readonly profile: Gate
    /** The app's code comes. */
    startApp(): Promise<unknown>
  },
): Promise<void> {
  const isTaken = isDeferred ? IS_DECIDED : IS_SHOWN
  if (moment === 'before' || moment === 'code too late') profile.open()
  if (moment === 'before' || moment === 'remembered') await until(eye, isTaken)
  if (moment === 'code too late' || moment === 'both too late') await until(eye, IS_SHOWN)
  if (moment === 'both too late') {
    profile.open()
    // Once the decision is remembered, a late policy has had its turn.
    await until(eye, `(localStorage.unblink ?? '').includes('"green"')`)
  }
  await startApp()
  if (moment === 'during') {
    await until(eye, 'host.isRootHydrated')
    profile.open()
    await until(eye, isTaken)
    await eye.evaluate('host.openBoundary()')
  }
  await until(eye, IS_HYDRATED)
  profile.open()
}

/** Clicks the app's counter once, waits for what must become true last, and lets the page be judged. */
export async function clickAndEnd(
  eye: Eye,
  page: { click(selector: string): Promise<unknown> },
  last: string,
): Promise<void> {
  await until(eye, IS_SHOWN)
  await page.click('#count')
  await until(eye, 'document.getElementById("count").textContent === "Clicked 1"')
  await until(eye, last)
  await eye.evaluate('window.mayBeJudged = true')
}
