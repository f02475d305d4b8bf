import type { Page } from '@playwright/test'
import type { BootSlot, Consent, Content, Decision } from '@unblink/protocol'
import { visit, type Eye, type Seen } from '../faultEye.ts'
import { script, type Handler, type Pieces } from '../faultPage.ts'
import { HERO_DECISION, send, toReply } from '../faultProfile.ts'
import type { FaultSite } from '../faultSite.ts'
import {
  ASK_HOST,
  clickAndEnd,
  createGate,
  IS_SHOWN,
  playMoment,
  readHost,
  toDeadlineMs,
  type Moment,
  type SeenHost,
} from '../hydration/playMoment.ts'
import type { BuiltReact } from './buildReact.ts'
import { createReactHost, type ReactOptions } from './reactHost.ts'

export interface ReactView {
  readonly moment: Moment
  readonly app: ReactOptions
  readonly content?: Content
  /** How the snippet is told of the hero, beside the deadline. @default { defer: true } */
  readonly slot?: BootSlot
  /** The server streams the slot's boundary, this long after the shell; the app hydrates in between. @default the whole page at once */
  readonly streamMs?: number
  /** The runtime is refused. @default false */
  readonly isRuntimeGone?: boolean
  /** Without the probes of the pixels, and what the collector stored. @default false */
  readonly isLight?: boolean
  /** Files beside the page. */
  readonly files?: Readonly<Record<string, Handler>>
  readonly profile?: Handler
  /** @default granted */
  readonly consent?: Consent
  /** @default 10000, or 300 where something is too late */
  readonly deadlineMs?: number
  /** What happens in the page before the slot is waited for. */
  readonly meanwhile?: () => Promise<unknown>
  /** An expression that must become true before the page is judged. @default the slot has been shown */
  readonly last?: string
}

export interface SeenReact extends Seen, SeenHost {}

export const COMPONENT: Content = { component: 'Banner', props: { title: 'Variant' } }
/** What is placed in the slot's element without React. */
export const MARKUP: Content = HERO_DECISION.content!

export const toDecision = (content: Content): Decision => ({ ...HERO_DECISION, content })

/** Leaves nothing open, so nobody asks for the rules. */
export const toWholeReply = (content: Content): string =>
  toReply([toDecision(content), { slot: 'promo', reason: 'default' }, { slot: 'help', reason: 'default' }])

async function renderBody(built: BuiltReact, options: ReactOptions, streamMs: number | undefined): Promise<Pieces> {
  // After the load event, which in Firefox would wait for it.
  const start = script(`addEventListener('load', () => import('./client.js'))`)
  if (options.isClientOnly) return ['<div id="root"></div>', start]
  if (streamMs === undefined) return [`<div id="root">${built.renderWhole(options)}</div>`, start]
  const [shell = '', ...rest] = await built.renderInPieces(options)
  return [`<div id="root">${shell}`, streamMs, `${rest.join('')}</div>`]
}

/** Shows an app to the engine, clicks its counter once, and gives what everyone saw. */
export async function showReact(
  eye: Eye,
  faults: FaultSite,
  page: Page,
  built: BuiltReact,
  view: ReactView,
): Promise<SeenReact> {
  const { moment, isLight, last = IS_SHOWN, streamMs, content = COMPONENT } = view
  const [profile, client] = [createGate(), createGate()]
  const isStreamed = streamMs !== undefined
  const app = { ...view.app, isLazy: moment === 'during' || isStreamed }
  const deadlineMs = view.deadlineMs ?? toDeadlineMs(moment)
  if (isStreamed) [profile, client].forEach((gate) => gate.open())
  const reply = send(toWholeReply(content))
  const scene = {
    before: script(
      `(${createReactHost.toString()})(${JSON.stringify(app)})${isStreamed ? `;host.openBoundary();import('./client.js')` : ''}`,
    ),
    body: await renderBody(built, app, streamMs),
    slots: {
      hero: { deadlineMs, ...(view.app.hero === 'island' ? {} : { defer: true }), ...view.slot },
      promo: { deadlineMs },
      help: { deadlineMs },
    },
    profile: (exchange) => void profile.opened.then(() => (view.profile ?? reply)(exchange)),
    runtime: ({ response, answer }) => (view.isRuntimeGone ? response.writeHead(404).end() : answer()),
    ...(view.consent && { consent: view.consent }),
    files: {
      ...view.files,
      'client.js': async ({ response }) => {
        await client.opened
        response.writeHead(200, { 'content-type': 'text/javascript' }).end(built.client)
      },
    },
    isReturning: moment === 'remembered',
    deadlineMs,
    until: 'window.mayBeJudged',
    lingerMs: 100,
  } satisfies Parameters<FaultSite['open']>[0]
  const meanwhile = async () => {
    await playMoment(eye, { moment, isDeferred: app.hero !== 'island', profile, startApp: async () => client.open() })
    await view.meanwhile?.()
    await clickAndEnd(eye, page, last)
  }
  const seen = await visit(eye, faults, scene, { withEvents: !isLight, isLight, ask: ASK_HOST, meanwhile })
  return { ...seen, ...readHost(seen.answer) }
}
