import { test } from '@playwright/test'
import type { Outcome } from '@unblink/protocol'
import { expectTruth, expectUnharmed } from '../faultJudge.ts'
import { BASELINE_TEXT, VARIANT_TEXT } from '../faultPage.ts'
import { expect } from '../faultTest.ts'
import type { Framework, Mode } from './buildApp.ts'
import type { HeroKind } from './host.ts'
import type { Show } from './hydrationTest.ts'
import type { Moment } from './playMoment.ts'
import type { SeenApp } from './showApp.ts'

/** A row in which a framework has a hand, for whatever engine shows its app. */
export interface HydrationRow {
  /** Begins with the row's number. */
  readonly title: string
  run(show: Show): Promise<void>
}

const rows: HydrationRow[] = []
const row = (title: string, run: HydrationRow['run']) => void rows.push({ title, run })

const APPS: readonly (readonly [Framework, Mode, readonly Moment[]])[] = [
  ['react', 'production', ['before', 'during', 'after']],
  ['react', 'development', ['before', 'during', 'after']],
  ['vue', 'production', ['before', 'after']],
  ['vue', 'development', ['before']],
]
const DEFER = { defer: true }

/** The slot is whole, in pixels and in the document; what is stored says so; the framework has nothing to complain of. */
function expectClean(seen: SeenApp, shows: 'variant' | 'baseline', outcome: Outcome): void {
  expectUnharmed(seen, shows)
  expectTruth(seen, outcome)
  expect.soft(seen.facts.text).toBe(shows === 'variant' ? VARIANT_TEXT : BASELINE_TEXT)
  expect.soft(seen.states, 'what the slot held').toMatch(/^none→(default|variant|default→variant)$/)
  expect.soft(seen.hostErrors, 'what the framework tells its callbacks').toEqual([])
  expect.soft(seen.facts.warnings, 'what it writes to the console').toEqual([])
}

for (const [framework, mode, moments] of APPS) {
  const name = `A18 ${framework} in ${mode}, the answer ${moments.join(', ')} hydration`
  // The pixels of one build are enough; what the framework complains of is another matter.
  const isLight = mode === 'development'
  row(`${name}: an island shows the variant and keeps it`, async (show) => {
    for (const moment of moments)
      expectClean(await show(framework, mode, { moment, app: { hero: 'island' }, isLight }), 'variant', 'variant')
  })
  row(`${name}: a slot of components with defer shows the variant and keeps it`, async (show) => {
    for (const moment of moments) {
      const seen = await show(framework, mode, { moment, app: { hero: 'children' }, slot: DEFER, isLight })
      expectClean(seen, 'variant', 'variant')
    }
  })
}

for (const [framework, , moments] of [APPS[0]!, APPS[2]!]) {
  row(`A18 ${framework}, hydrated after the deadline: the default of a slot with defer stays`, async (show) => {
    const app = { hero: 'children' } as const
    const seen = await show(framework, 'production', { moment: 'code too late', app, slot: DEFER })
    expectClean(seen, 'baseline', 'timeout')
  })

  // Documented: a slot of components needs `defer`. What is promised of one without it is a whole page.
  row(`A18 ${framework}, components without defer: the page ends whole`, async (show) => {
    for (const moment of moments) {
      const seen = await show(framework, 'production', { moment, app: { hero: 'children' }, isLight: true })
      expectUnharmed(seen, 'either')
      expect.soft([VARIANT_TEXT, BASELINE_TEXT]).toContain(seen.facts.text)
      expect.soft(seen.swaps).toBe(1)
      test.info().annotations.push({ type: moment, description: `${seen.states}; ${seen.hostErrors.join()}` })
    }
  })
}

for (const moment of ['code too late', 'both too late'] as const)
  row(`A18 ${moment}, a slot with defer that may fade: it fades once the app is hydrated`, async (show) => {
    const slot = { ...DEFER, late: 'fade' } as const
    const last = '!!document.querySelector("#cta") && document.getAnimations().length === 0'
    const app = { hero: 'children' } as const
    const seen = await show('react', 'development', { moment, app, slot, last, isLight: true })
    expect.soft(seen.hostErrors).toEqual([])
    expect.soft(seen.facts.warnings).toEqual([])
    expect.soft(seen.facts.text).toBe(VARIANT_TEXT)
  })

row(
  'A18 an app that React renders anew while the slot is hidden: the new slot is hidden, and gets the variant',
  async (show) => {
    for (const slot of [{}, DEFER]) {
      const seen = await show('react', 'production', {
        moment: 'after',
        app: { hero: 'children', isMismatched: true },
        slot,
      })
      expectUnharmed(seen, 'variant')
      expectTruth(seen, 'variant')
      expect(seen.hostErrors, 'the mismatch that the app has of its own').toHaveLength(1)
    }
  },
)

row('A18 an island survives that React renders the app anew after the swap', async (show) => {
  const seen = await show('react', 'production', { moment: 'before', app: { hero: 'island', isMismatched: true } })
  expectUnharmed(seen, 'variant')
  expect(seen.facts.text).toBe(VARIANT_TEXT)
})

for (const [hero, slot] of [
  ['island', {}],
  ['children', DEFER],
] as const)
  row(
    `A18 a decision that is remembered, ${hero}: the variant without an answer, and a clean hydration`,
    async (show) => {
      const first = await show('react', 'development', { moment: 'after', app: { hero }, slot, isLight: true })
      expect(first.facts.text).toBe(VARIANT_TEXT)
      expectClean(
        await show('react', 'development', { moment: 'remembered', app: { hero }, slot }),
        'variant',
        'variant',
      )
    },
  )

row('A18 strict mode says twice that it is hydrated, both before the runtime is there', async (show) => {
  const app = { hero: 'children', isStrict: true } as const
  const seen = await show('react', 'development', { moment: 'before', app, slot: DEFER, isRuntimeLate: true })
  expect(seen.waiting).toBe(2)
  expect(seen.swaps).toBe(1)
  expectClean(seen, 'variant', 'variant')
})

const REVERTING: readonly (readonly [Framework, HeroKind, what: string])[] = [
  ['react', 'text', 'its only text'],
  ['react', 'html', 'its HTML'],
  ['react', 'wrapped', 'elements inside its only child'],
  ['react', 'renewed', 'the slot itself'],
  ['vue', 'text', 'its only text'],
  ['vue', 'wrapped', 'elements inside its only child'],
]
const TICKED = 'host.ticks >= 12'

for (const [framework, hero, what] of REVERTING)
  row(`A17 ${framework} renders ${what} anew every 50 ms: one swap, and whoever wins, a whole slot`, async (show) => {
    const app = { hero, isTicking: true }
    const seen = await show(framework, 'development', {
      moment: 'before',
      app,
      slot: DEFER,
      isLight: true,
      last: TICKED,
    })
    expect.soft(seen.states).toMatch(/^none→default→variant(→default)?$/)
    expect
      .soft(seen.facts.text)
      .toMatch(seen.states.endsWith('default') ? /^Tick \d+$/ : new RegExp(`^${VARIANT_TEXT}$`))
    expect.soft(seen.swaps, 'writes of ours').toBeLessThanOrEqual(5)
    expect.soft(seen.hostErrors).toEqual([])
    expectUnharmed(seen, 'either')
  })

/** Rows A17 and A18 with real frameworks. */
export const HYDRATION_ROWS: readonly HydrationRow[] = rows
