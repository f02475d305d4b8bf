import type { Page, PlaywrightTestArgs, Route, TestFixture } from '@playwright/test'
import type { Behaviour, SlotAnswers } from './handlers/behaviour.ts'
import type { Received } from './handlers/createReceived.ts'
import { createStandIn } from './handlers/createStandIn.ts'
import type { Slots } from './parseSlots.ts'
import { tellBodies } from './tellBodies.ts'
import { startFlickerProbe, type FlickerProbe, type FlickerProbeOptions } from './startFlickerProbe.ts'

export interface UnblinkFixtureOptions extends Behaviour {
  /** The snippet's `base`: a path, which is then answered on every origin, or an address. @default '/u' */
  readonly base?: string
}

/** The profile API and the collector of the pages under test, without a server. */
export interface UnblinkFixture {
  /** What the slots are answered from now on: call it before `page.goto`, or before a route change. */
  decide(decisions: SlotAnswers): void
  /** Delays, failures and the rest; what is not named stays. */
  set(next: Behaviour): void
  /** What the pages have sent. */
  readonly received: Received
  /** Watches slots frame by frame from the next navigation on: `startFlickerProbe` with this page. */
  flicker(slots: Slots, options?: FlickerProbeOptions): Promise<FlickerProbe>
}

export interface UnblinkFixtures {
  /** For `test.use({ unblinkOptions: { … } })`. @default {} */
  readonly unblinkOptions: UnblinkFixtureOptions
  readonly unblink: UnblinkFixture
}

type Fixture<Name extends keyof UnblinkFixtures> = TestFixture<
  UnblinkFixtures[Name],
  UnblinkFixtures & Pick<PlaywrightTestArgs, 'page'>
>

/**
 * For `base.extend<UnblinkFixtures>(unblinkFixture)`. The requests of every page of the test's context are answered by
 * `page.route`; the site itself, its snippet and `unblink.js` come from wherever they are served.
 */
export const unblinkFixture: {
  readonly unblinkOptions: [UnblinkFixtureOptions, { readonly option: true }]
  readonly unblink: Fixture<'unblink'>
} = {
  unblinkOptions: [{}, { option: true }],
  unblink: async ({ page, unblinkOptions: { base = '/u', ...behaviour } }, use) => {
    const standIn = createStandIn(behaviour)
    const handle = async (route: Route) => {
      const request = route.request()
      const { [BODY_HEADER]: repeated, origin } = request.headers()
      const answered = await standIn.answer({
        method: request.method(),
        url: request.url(),
        body: request.postData() ?? decodeURIComponent(repeated ?? ''),
        origin,
      })
      // A page that is gone by now needs no answer.
      return (answered === 'network' ? route.abort('failed') : route.fulfill(answered)).catch(() => {})
    }
    const context = page.context()
    const pattern = new RegExp(`^${toPattern(base)}/v1/[pe](\\?|$)`)
    if (context.browser()?.browserType().name() === 'firefox')
      await context.addInitScript(tellBodies, { pattern: pattern.source, header: BODY_HEADER })
    await context.route(pattern, handle)
    await use({
      decide: (decisions) => standIn.set({ decisions }),
      set: (next) => standIn.set(next),
      received: standIn.received,
      flicker: (slots, options) => startFlickerProbe(page satisfies Page, slots, options),
    })
    await context.unroute(pattern, handle)
  },
}

const BODY_HEADER = 'x-unblink-body'

/** A path belongs to any origin. */
const toPattern = (base: string) =>
  `${base.startsWith('/') ? 'https?://[^/]+' : ''}${base.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`
