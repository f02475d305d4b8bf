import type { BootSlot } from '@unblink/protocol'
import { visit, type Eye, type Seen } from '../faultEye.ts'
import { script, type Exchange, type Handler } from '../faultPage.ts'
import type { FaultSite } from '../faultSite.ts'
import type { BuiltApp } from './buildApp.ts'
import { createHost, type AppOptions } from './host.ts'
import {
  ASK_HOST,
  clickAndEnd,
  createGate,
  IS_SHOWN,
  playMoment,
  readHost,
  toDeadlineMs,
  type Gate,
  type Moment,
  type SeenHost,
} from './playMoment.ts'

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

export interface SeenApp extends Seen, SeenHost {
  /** How often the app had said that it is hydrated when the runtime came; only where that comes late. */
  readonly waiting: number
}

/** What is done to the page; a Playwright `Page` fits. */
export interface Hand {
  click(selector: string): Promise<unknown>
  addScriptTag(script: { readonly url: string }): Promise<unknown>
}

const behind =
  ({ opened }: Gate): Handler =>
  ({ answer }) =>
    void opened.then(answer)

/** Shows an app to the engine, clicks its counter once, and gives what everyone saw. */
export async function showApp(
  eye: Eye,
  faults: FaultSite,
  hand: Hand,
  built: BuiltApp,
  view: AppView,
): Promise<SeenApp> {
  const { app, moment, isRuntimeLate = false, isLight, last = IS_SHOWN } = view
  const profile = createGate()
  let isRuntimeRefused = isRuntimeLate
  const options = { ...app, isLazy: moment === 'during' }
  const deadlineMs = toDeadlineMs(moment)
  const sendClient: Handler = ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(built.client)
  }
  const scene = {
    before: script(`(${createHost.toString()})(${JSON.stringify(options)})`),
    body: [
      `<div id="root">${await built.render(options)}</div>`,
      // When it is told to: some drivers wait for a module that is on its way.
      script(`window.startApp = () => void import('./client.js')`),
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
    await playMoment(eye, {
      moment,
      isDeferred: !!view.slot?.defer,
      profile,
      startApp: () => eye.evaluate('startApp()'),
    })
    if (isRuntimeLate) {
      waiting = await eye.evaluate(`unblink.queue.filter(([name]) => name === 'hydrated').length`)
      isRuntimeRefused = false
      await hand.addScriptTag({ url: 'u/unblink.js' })
    }
    await clickAndEnd(eye, hand, last)
  }
  const seen = await visit(eye, faults, scene, { withEvents: true, isLight, ask: ASK_HOST, meanwhile })
  return { ...seen, ...readHost(seen.answer), waiting }
}
