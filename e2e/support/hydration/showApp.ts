import type { Page } from '@playwright/test'
import type { BootSlot } from '@unblink/protocol'
import { until, visit, type Eye, type Seen } from '../faultEye.ts'
import { script, type Exchange, type Handler } from '../faultPage.ts'
import type { FaultSite } from '../faultSite.ts'
import type { BuiltApp } from './buildApp.ts'
import { createHost, type AppOptions } from './host.ts'

/**
 * When the answer comes: before the app's code; while the slot's own boundary still waits to be hydrated; after all of
 * it; or never, for it is remembered from an earlier view. Or the app's code comes too late: the answer was there in time,
 * but the slot has been shown without it; or both are late, first the answer, then the code.
 */
export type Moment = 'before' | 'during' | 'after' | 'remembered' | 'code too late' | 'both too late'

export interface AppView {
  readonly moment: Moment
  readonly app: AppOptions
  /** How the snippet is told of the hero. */
  readonly slot?: BootSlot
  /** The runtime, too, comes only after the app has been hydrated. @default false */
  readonly isRuntimeLate?: boolean
  /** Without the probes of the pixels. @default false */
  readonly isLight?: boolean
  /** An expression that must become true before the page is judged. */
  readonly last?: string
}

export interface SeenApp extends Seen {
  /** What the framework told its error callbacks. */
  readonly hostErrors: readonly string[]
  /** How often a variant was put into the page, and what the slot held over time: `none→default→variant`. */
  readonly swaps: number
  readonly states: string
  /** How often the app had said that it is hydrated when the runtime came; only where that comes late. */
  readonly waiting: number
}

/** In time for any machine that is used here; a view waits for what it needs, not for this. */
const AMPLE_MS = 10_000
const BRIEF_MS = 300

interface Gate {
  readonly opened: Promise<void>
  open(): void
}

function createGate(): Gate {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

const behind =
  ({ opened }: Gate): Handler =>
  ({ answer }) =>
    void opened.then(answer)

const IS_SHOWN = 'unblink.slots.hero.state > 1'
const IS_DECIDED = 'unblink.slots.hero.decision'
const IS_HYDRATED = 'host.isHydrated'

/** Opens each gate when the page is where that moment begins; ends with the app hydrated. */
async function play(eye: Eye, { moment, slot }: AppView, profile: Gate, client: Gate): Promise<void> {
  /** What an answer leads to while the app is not hydrated. */
  const isTaken = slot?.defer ? IS_DECIDED : IS_SHOWN
  if (moment === 'before' || moment === 'code too late') profile.open()
  if (moment === 'before' || moment === 'remembered') await until(eye, isTaken)
  if (moment === 'code too late' || moment === 'both too late') await until(eye, IS_SHOWN)
  if (moment === 'both too late') {
    profile.open()
    // Once the decision is remembered, a late policy has had its turn.
    await until(eye, `(localStorage.unblink ?? '').includes('"green"')`)
  }
  client.open()
  if (moment === 'during') {
    await until(eye, 'host.isRootHydrated')
    profile.open()
    await until(eye, isTaken)
    await eye.evaluate('host.openBoundary()')
  }
  await until(eye, IS_HYDRATED)
  profile.open()
}

/** Shows an app to the engine, clicks its counter once, and gives what everyone saw. */
export async function showApp(
  eye: Eye,
  faults: FaultSite,
  page: Page,
  built: BuiltApp,
  view: AppView,
): Promise<SeenApp> {
  const { app, moment, isRuntimeLate = false, isLight, last = IS_SHOWN } = view
  const [profile, client] = [createGate(), createGate()]
  let isRuntimeRefused = isRuntimeLate
  const options = { ...app, isLazy: moment === 'during' }
  const deadlineMs = moment.endsWith('too late') ? BRIEF_MS : AMPLE_MS
  const sendClient: Handler = async ({ response }) => {
    await client.opened
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(built.client)
  }
  const scene = {
    before: script(`(${createHost.toString()})(${JSON.stringify(options)})`),
    body: [
      `<div id="root">${await built.render(options)}</div>`,
      // After the load event, which in Firefox would wait for it.
      script(`addEventListener('load', () => import('./client.js'))`),
    ],
    slots: { hero: { deadlineMs, ...view.slot }, promo: { deadlineMs }, help: { deadlineMs } },
    profile: behind(profile),
    // Held, it would hold up the load event.
    runtime: ({ response, answer }: Exchange) => (isRuntimeRefused ? response.writeHead(404).end() : answer()),
    files: { 'client.js': sendClient },
    isReturning: moment === 'remembered',
    deadlineMs,
    until: 'window.mayBeJudged',
    lingerMs: 100,
  }
  let waiting = 0
  const meanwhile = async () => {
    await play(eye, view, profile, client)
    if (isRuntimeLate) {
      waiting = await eye.evaluate(`unblink.queue.filter(([name]) => name === 'hydrated').length`)
      isRuntimeRefused = false
      await page.addScriptTag({ url: 'u/unblink.js' })
    }
    await until(eye, IS_SHOWN)
    await page.click('#count')
    await until(eye, 'document.getElementById("count").textContent === "Clicked 1"')
    await until(eye, last)
    await eye.evaluate('window.mayBeJudged = true')
  }
  const ask = '[host.errors, host.swaps, host.states.join("→")]'
  const seen = await visit(eye, faults, scene, { withEvents: true, isLight, ask, meanwhile })
  const [hostErrors, swaps, states] = seen.answer as [readonly string[], number, string]
  return { ...seen, hostErrors, swaps, states, waiting }
}
