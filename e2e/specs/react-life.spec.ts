import type { Exposure } from '@unblink/protocol'
import { BASELINE_TEXT, VARIANT_TEXT, type Handler } from '../support/faultPage.ts'
import { send } from '../support/faultProfile.ts'
import { startThreadMeter } from '../support/hydration/startThreadMeter.ts'
import { expectClean, inOneEngine, isLong, SLOT } from '../support/react/reactJudge.ts'
import { expect, test } from '../support/react/reactTest.ts'
import { COMPONENT, MARKUP, toWholeReply } from '../support/react/showReact.ts'
import { startRefreshing } from '../support/react/startRefreshing.ts'

/** The adapter in an app that goes on living: that renders anew all the time, turns its pages, is edited. */

const ROUTES = isLong ? 200 : 16
const FIGHT_TICKS = isLong ? 100 : 16

test('what is inside the slot is rendered anew every 50 ms: the variant stays', async ({ show, browserName }) => {
  inOneEngine(browserName)
  const app = { ...SLOT, ticking: 'children' } as const
  const last = `host.ticks >= ${FIGHT_TICKS}`
  const seen = await show('development', { moment: 'before', app, content: MARKUP, last, isLight: true })
  expectClean(seen, 'variant', 'variant')
  expect.soft(seen.swaps, 'writes of ours').toBe(1)
})

test('the slot itself is made anew every 50 ms: eleven writes, a word, and peace', async ({
  show,
  page,
  browserName,
}) => {
  inOneEngine(browserName)
  const meter = isLong ? await startThreadMeter(page) : undefined
  const app = { ...SLOT, ticking: 'slot' } as const
  const last = `host.ticks >= ${FIGHT_TICKS}`
  const seen = await show('production', { moment: 'before', app, content: MARKUP, last, isLight: true })
  expect.soft(seen.facts.text, 'the app has its way').toBe(BASELINE_TEXT)
  expect.soft(seen.swaps, 'writes of ours').toBe(11)
  expect.soft(seen.hostErrors).toEqual([])
  expect.soft(seen.facts.warnings).toEqual([expect.stringMatching(/made anew again and again.*a key/)])
  if (!meter) return
  const { snippet, runtime } = await meter.stop(seen.open.url)
  const description = `snippet ${snippet.ms.toFixed(1)} ms in ${snippet.calls} calls, runtime ${runtime.ms.toFixed(1)} ms in ${runtime.calls}`
  test.info().annotations.push({ type: 'thread time of the whole view', description })
})

test('a component in a slot that is made anew every 50 ms is rendered with it', async ({ show, browserName }) => {
  inOneEngine(browserName)
  const app = { ...SLOT, ticking: 'slot' } as const
  const last = `host.ticks >= ${FIGHT_TICKS}`
  const seen = await show('production', { moment: 'before', app, last, isLight: true })
  expect.soft(seen.facts.text).toBe(VARIANT_TEXT)
  expect.soft(seen.facts.warnings).toEqual([])
})

for (const first of ['address', 'render'] as const)
  test(`${ROUTES} routes, ${first} first: each its own answer, nothing counted twice, nothing left behind`, async ({
    show,
    page,
    eye,
    browserName,
  }) => {
    test.setTimeout(60_000 + ROUTES * 1_000)
    const answer: Handler = (exchange) => {
      const { searchParams } = new URL(exchange.request.headers.referer ?? '')
      const title = `Answer ${searchParams.get('page') ?? 0}`
      const component = { component: 'Banner', props: { title } }
      return send(toWholeReply(component))(exchange)
    }
    const session = browserName === 'chromium' ? await page.context().newCDPSession(page) : undefined
    const measure = async () => {
      if (!session) return undefined
      await session.send('Performance.enable')
      await session.send('HeapProfiler.collectGarbage')
      const { metrics } = await session.send('Performance.getMetrics')
      const get = (name: string) => metrics.find((metric) => metric.name === name)!.value
      return { nodes: get('Nodes'), listeners: get('JSEventListeners') }
    }
    const turn = async (number: number) => {
      await page.click('#turn')
      await page.waitForFunction(
        (text) => document.querySelector('[data-unblink=hero] h2')?.textContent === text,
        `Answer ${number}`,
      )
      // Until its exposure has been told, which is after the paint.
      await eye.evaluate(
        'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20))))',
      )
    }
    let early: Awaited<ReturnType<typeof measure>>
    let late: typeof early
    const meanwhile = async () => {
      for (let number = 1; number <= ROUTES; number++) {
        if (number === 5) early = await measure()
        await turn(number)
      }
      late = await measure()
      // Nobody waits for anything here: only the last one is seen.
      const last = await page.evaluate(async () => {
        const button = document.getElementById('turn')!
        for (let times = 0; times < 3; times++) {
          button.click()
          await new Promise(requestAnimationFrame)
        }
        return Number(/\d+/.exec(button.textContent)![0])
      })
      await turn(last + 1)
      expect(await eye.evaluate(`host.track.event('opened')`), 'durable').toBe(true)
      const listeners = 'unblink[Symbol.for("unblink.store")].listeners.size'
      expect(await eye.evaluate(listeners), 'of the one slot that is mounted').toBe(1)
    }
    // Otherwise each view would show what the one before has left for it.
    const consent = { personalization: 'denied', analytics: 'granted' } as const
    const view = { moment: 'before', app: { ...SLOT, first }, profile: answer, consent, meanwhile } as const
    const { events, hostErrors, facts } = await show('production', view)
    expect(hostErrors).toEqual([])
    expect(facts.warnings).toEqual([])

    const exposures = events.flatMap((event) => (event.t === 'exposure' ? [{ ...event.p, view: event.pv }] : []))
    const heroes = exposures.filter(({ slot }: Exposure) => slot === 'hero')
    expect(new Set(heroes.map((exposure) => exposure.view)).size, 'no view counts twice').toBe(heroes.length)
    expect(heroes.length, 'every view that was waited for counts').toBeGreaterThanOrEqual(ROUTES + 2)
    expect(new Set(heroes.map(({ outcome }) => outcome))).toEqual(new Set(['variant']))
    if (!early || !late) return
    const grown = { nodes: late.nodes - early.nodes, listeners: late.listeners - early.listeners }
    test.info().annotations.push({ type: `after ${ROUTES - 4} more routes`, description: JSON.stringify(grown) })
    // What is left of the last view is not the first's to leave; a view has ten nodes and three listeners of its own.
    expect(grown.nodes).toBeLessThan(100)
    expect(grown.listeners).toBeLessThan(20)
  })

test('an edit in the development server is taken over, and the variant stays', async ({
  faults,
  page,
  browserName,
}) => {
  inOneEngine(browserName)
  const open = faults.open({ profile: send(toWholeReply(COMPONENT)) })
  const config = {
    key: 'pk_test',
    base: '/u',
    consent: { personalization: 'denied', analytics: 'denied' },
    slots: { hero: { defer: true, deadlineMs: 3_000 } },
  } as const
  const app = await startRefreshing(open.url, config)
  try {
    const said: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) said.push(message.text())
    })
    await page.goto(app.url)
    await expect(page.locator('h2')).toHaveText('Variant')
    // The provider has fetched the runtime: the page has no tag for it.
    await page.waitForFunction(() => 'place' in window.unblink!)
    await page.click('#count')
    await app.edit('first text', 'second text')
    await expect(page.locator('#text')).toHaveText('second text')
    await expect(page.locator('#count')).toHaveText('Clicked 1')
    await expect(page.locator('h2')).toHaveText('Variant')
    await app.edit('className="variant"', 'className="variant edited"')
    await expect(page.locator('.edited h2')).toHaveText('Variant')
    expect(said).toEqual([])
  } finally {
    await app.close()
  }
})
