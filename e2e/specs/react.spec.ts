import { expectTruth, expectUnharmed } from '../support/faultJudge.ts'
import { BASELINE_TEXT, VARIANT_TEXT, type Handler } from '../support/faultPage.ts'
import type { Moment } from '../support/hydration/playMoment.ts'
import type { ReactOptions } from '../support/react/reactHost.ts'
import { expectClean, inOneEngine, isLong, rows, SLOT } from '../support/react/reactJudge.ts'
import { expect, test } from '../support/react/reactTest.ts'
import { COMPONENT, MARKUP } from '../support/react/showReact.ts'

/** The adapter in an app of the test's own, in every order of answer, hydration and deadline. */

const ISLAND: ReactOptions = { hero: 'island' }
const CLIENT_ONLY: ReactOptions = { hero: 'slot', isClientOnly: true }
const MOMENTS: readonly Moment[] = ['during', 'before', 'after']

for (const [what, content] of [
  ['a component', COMPONENT],
  ['markup', MARKUP],
] as const) {
  test(`${what}, the answer before and after hydration: the variant, and nothing before it`, async ({ show }) => {
    for (const moment of rows(['before', 'after'] as const, 1))
      expectClean(await show('production', { moment, app: SLOT, content }), 'variant', 'variant')
  })

  test(`${what} in development and strict mode: React has nothing to warn of`, async ({ show, browserName }) => {
    inOneEngine(browserName)
    for (const moment of rows(MOMENTS, 1)) {
      const app = { ...SLOT, isStrict: true }
      expectClean(await show('development', { moment, app, content, isLight: true }), 'variant', 'variant')
    }
  })

  test(`${what}, hydrated after the deadline: the default stays`, async ({ show }) => {
    const view = { moment: 'code too late', app: SLOT, content, isLight: !isLong } as const
    expectClean(await show('production', view), 'baseline', 'timeout')
  })
}

test('a decision that is remembered is shown without an answer', async ({ show }) => {
  await show('production', {
    moment: 'after',
    app: SLOT,
    last: `(localStorage.unblink ?? '').includes('"green"')`,
    isLight: true,
  })
  expectClean(await show('production', { moment: 'remembered', app: SLOT }), 'variant', 'variant')
})

test('an island shows its variant before the app is there, and keeps it', async ({ show, browserName }) => {
  expectClean(await show('production', { moment: 'before', app: ISLAND, content: MARKUP }), 'variant', 'variant')
  if (browserName !== 'chromium') return
  for (const moment of rows(['before', 'after'] as const, 1)) {
    const app = { ...ISLAND, isStrict: true }
    const seen = await show('development', { moment, app, content: MARKUP, isLight: true })
    expectClean(seen, 'variant', 'variant')
  }
})

for (const app of [SLOT, ISLAND])
  test(`React renders the whole app anew, ${app.hero}: the variant stays`, async ({ show, browserName }) => {
    inOneEngine(browserName)
    const view = { moment: 'before', app: { ...app, isMismatched: true }, content: MARKUP, isLight: !isLong } as const
    const seen = await show('production', view)
    expectUnharmed(seen, 'variant')
    expect.soft(seen.facts.text).toBe(VARIANT_TEXT)
    expect.soft(seen.hostErrors, 'the mismatch that the app has of its own').toHaveLength(1)
  })

test('late, and it may fade: markup fades once the app is hydrated, a component stays away', async ({
  show,
  browserName,
}) => {
  inOneEngine(browserName)
  const slot = { defer: true, late: 'fade' } as const
  for (const moment of rows(['code too late', 'both too late'] as const, 1)) {
    const last = '!!document.querySelector("#cta") && document.getAnimations().length === 0'
    const seen = await show('development', { moment, app: SLOT, slot, content: MARKUP, last, isLight: true })
    expect.soft(seen.facts.text, moment).toBe(VARIANT_TEXT)
    expect.soft(seen.hostErrors).toEqual([])
    expect.soft(seen.facts.warnings).toEqual([])
  }
  expectClean(
    await show('development', { moment: 'code too late', app: SLOT, slot, isLight: true }),
    'baseline',
    'timeout',
  )
})

test('a component that the app has not, or that throws: the default at once, and a word of what to do', async ({
  show,
  browserName,
}) => {
  inOneEngine(browserName)
  const unknown = { component: 'Elsewhere', props: {} }
  const seen = await show('production', { moment: 'before', app: SLOT, content: unknown })
  expectTruth(seen, 'error')
  expect.soft(seen.facts.text).toBe(BASELINE_TEXT)
  expect.soft(seen.facts.warnings).toEqual([expect.stringMatching(/no component "Elsewhere".*correct the name/)])
  expect.soft(seen.facts.visibleAt, 'shown long before its deadline').toBeLessThan(5_000)

  const broken = { component: 'Broken', props: {} }
  const thrown = await show('production', { moment: 'before', app: SLOT, content: broken, isLight: !isLong })
  if (isLong) expectTruth(thrown, 'error')
  expect.soft(thrown.facts.text).toBe(BASELINE_TEXT)
  expect.soft(thrown.hostErrors).toEqual(['caught: host: this component is broken'])
})

test('a component whose code is fetched is waited for, the slot keeps its place', async ({ show, eye }) => {
  const content = { component: 'Lazy', props: { title: 'Variant' } }
  const meanwhile = async () => {
    expect.soft(await eye.evaluate('unblink.slots.hero.state'), 'still hidden').toBe(1)
    await eye.evaluate('host.openComponent()')
  }
  const view = { moment: 'before', app: SLOT, content, meanwhile, isLight: !isLong } as const
  expectClean(await show('production', view), 'variant', 'variant')
})

test('images in a component are decoded before it is shown', async ({ show, eye, browserName }) => {
  inOneEngine(browserName)
  let sendImage = () => {}
  const isAsked = new Promise<void>((asked) => {
    sendImage = asked
  })
  let release = () => {}
  const image: Handler = ({ response }) => {
    sendImage()
    release = () =>
      response
        .writeHead(200, { 'content-type': 'image/svg+xml' })
        .end('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40"/></svg>')
  }
  const content = { component: 'Banner', props: { title: 'Variant', image: 'image.svg' } }
  const meanwhile = async () => {
    await isAsked
    expect.soft(await eye.evaluate('unblink.slots.hero.state'), 'still hidden').toBe(1)
    release()
  }
  const files = { 'image.svg': image }
  const view = { moment: 'before', app: SLOT, content, files, meanwhile, isLight: !isLong } as const
  expectClean(await show('production', view), 'variant', 'variant')
})

test('rendered in the page alone: the answer before, after, and the app after the deadline', async ({ show }) => {
  for (const content of rows([COMPONENT, MARKUP], 1)) {
    // Nobody has seen a default, so nobody sees it replaced.
    const late = await show('production', { moment: 'code too late', app: CLIENT_ONLY, content })
    expectClean(late, 'variant', 'variant')
  }
  for (const moment of rows(['after', 'before'] as const, 1)) {
    const seen = await show('production', { moment, app: CLIENT_ONLY, content: MARKUP, isLight: !isLong })
    expectClean(seen, 'variant', 'variant')
  }
})

test('the server streams the slot behind the shell, and the app hydrates in between', async ({ show }) => {
  for (const content of rows([COMPONENT, MARKUP], 1)) {
    const seen = await show('development', { moment: 'before', app: SLOT, content, streamMs: 400 })
    expectClean(seen, 'variant', 'variant')
  }
})

test('a slot that the app renders itself', async ({ show, browserName }) => {
  inOneEngine(browserName)
  for (const moment of rows(['before', 'after'] as const, 1)) {
    const seen = await show('development', { moment, app: { hero: 'own', isStrict: true }, isLight: true })
    expectClean(seen, 'variant', 'variant')
  }
})

test('a runtime that never comes changes nothing of what is shown', async ({ show, browserName }) => {
  inOneEngine(browserName)
  for (const content of rows([COMPONENT, MARKUP], 1)) {
    const view = { moment: 'before', app: SLOT, content, isRuntimeGone: true, isLight: true } as const
    const seen = await show('production', view)
    expect.soft(seen.facts.text).toBe(VARIANT_TEXT)
    expect.soft(seen.hostErrors).toEqual([])
  }
})
