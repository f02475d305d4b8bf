import { expect, test } from '@playwright/test'
import type { Outcome } from '@unblink/protocol'
import { visit, type Engine, type Eye, type Seen } from './faultEye.ts'
import { BASELINE_TEXT, LONG_MS, SHORT_MS, VARIANT_TEXT, type Scene } from './faultPage.ts'
import type { FaultSite } from './faultSite.ts'

/** `either`: one of them, and nothing but that one. */
export type Shown = 'variant' | 'baseline' | 'either'
type PerEngine<T> = T | Readonly<Partial<Record<Engine, T>> & { others: T }>

/** One row of the list of faults, or one of its shapes. */
export interface FaultCase {
  /** Begins with the row's number: `A14 a slot that comes …`. */
  readonly title: string
  readonly scene: Scene
  readonly shows: PerEngine<Shown>
  /**
   * `early`: long before the deadline, which the scene makes a long one (default). `deadline`: O1, no later than the
   * deadline (a short one) plus 150 ms. `free`: the first frame after the main thread was free again.
   * `shown`: whenever, for the page itself is slow.
   */
  readonly by?: PerEngine<'early' | 'deadline' | 'free' | 'shown'>
  /** The hero's stored exposure; none at all: `'none'`. Left out where no runtime can report. */
  readonly exposure?: PerEngine<Outcome | 'none'>
  /** What else must be true in the page. */
  readonly isTrue?: string
  /** What else must be true of all that was seen. */
  readonly check?: (seen: Seen) => void
  /** How often the scene itself breaks its page's policy. @default 0 */
  readonly violations?: number
  /** Engines in which the row cannot exist, and why. */
  readonly not?: Readonly<Partial<Record<Engine, string>>>
  /** The scene's slot holds other text than the plain page's. @default false */
  readonly hasOwnText?: boolean
  /** Judged without the probes, as one of many shapes. @default false */
  readonly isLight?: boolean
  /** The slot is where the page's own witness cannot look. @default false */
  readonly isPixelsOnly?: boolean
}

const GRACE_MS = 150
const pick = <T extends string>(value: PerEngine<T>, engine: Engine): T =>
  typeof value === 'string' ? value : ((value as Partial<Record<Engine, T>>)[engine] ?? (value as { others: T }).others)

/** O2, O3 and O6, which hold in every scene: the slot is whole and quiet, the host and its page are unharmed. */
export function expectUnharmed(
  { witnesses, facts, open }: Seen,
  shows: Shown,
  violations = 0,
  isPixelsOnly = false,
): void {
  const content = shows === 'either' ? '(variant|baseline)' : shows
  for (const { source, sequence, timeline } of witnesses) {
    if (isPixelsOnly && source === 'dom') continue
    const story = `${source}: ${timeline.map(({ at, state }) => `${state} @${Math.round(at)}`).join(', ')}`
    expect.soft(sequence, story).toMatch(new RegExp(`^(hidden→)?${content}$`))
  }
  expect
    .soft(
      facts.errors.filter((text) => !text.includes('host:')),
      'errors in the page',
    )
    .toEqual([])
  expect.soft(facts.isVisible, 'the hero can be seen').toBe(true)
  expect.soft(facts.unseen, 'slots that cannot be seen').toEqual([])
  expect.soft(facts.polluted, 'names on every object').toEqual([])
  expect.soft(facts.animations, 'animations left').toBe(0)
  expect.soft({ canary: facts.canary, clicks: facts.clicks }, 'the host page works').toEqual({ canary: 200, clicks: 1 })
  // A page that is sent in pieces moves by a hair on its own account.
  expect.soft(facts.cls, 'layout shift').toBeLessThan(0.001)
  expect.soft(open.reports, 'policy reports').toEqual([])
  expect.soft(facts.violations.length, `policy violations: ${facts.violations.join()}`).toBe(violations)
}

/** O5: one page view, one exposure at most for each slot, and the hero's as it was seen. */
export function expectTruth({ events }: Seen, outcome: Outcome | 'none'): void {
  expect.soft(events.filter(({ t }) => t === 'page_view').length, 'page views').toBe(1)
  const exposures = events.flatMap((event) => (event.t === 'exposure' ? [event.p] : []))
  const slots = exposures.map(({ slot }) => slot)
  expect.soft(slots, 'no slot exposed twice').toEqual([...new Set(slots)])
  const hero = exposures.find(({ slot }) => slot === 'hero')?.outcome ?? 'none'
  expect.soft(hero, 'exposure of the hero').toBe(outcome)
}

/** When the hero was first seen: by pixels, or as the page's own script says where those were not watched. */
const getShownAt = ({ witnesses, facts }: Seen) =>
  witnesses[0] ? (witnesses[0].firstShownAt ?? Infinity) : facts.visibleAt || Infinity

/** Milliseconds by which the hero came later than it should. */
const getLateness = (seen: Seen, deadlineMs: number) =>
  getShownAt(seen) - Math.max(seen.facts.startedAt + deadlineMs, seen.facts.styledAt)

/** Shows one case to one engine and judges it from outside. */
export async function runCase(eye: Eye, faults: FaultSite, one: FaultCase): Promise<void> {
  const shows = pick(one.shows, eye.engine)
  const by = pick(one.by ?? 'early', eye.engine)
  const outcome = one.exposure && pick(one.exposure, eye.engine)
  const scene = by === 'early' || by === 'shown' ? one.scene : { deadlineMs: SHORT_MS, ...one.scene }
  const deadlineMs = scene.deadlineMs ?? LONG_MS
  /** Repeats are judged alike, but for the events: one view of them is enough. */
  const run = async (withEvents: boolean) => {
    const seen = await visit(eye, faults, scene, { withEvents, ask: one.isTrue, isLight: one.isLight })
    expectUnharmed(seen, shows, one.violations, one.isPixelsOnly)
    if (withEvents && outcome) expectTruth(seen, outcome)
    const texts = { variant: [VARIANT_TEXT], baseline: [BASELINE_TEXT], either: [VARIANT_TEXT, BASELINE_TEXT] }
    if (!one.hasOwnText && !one.isPixelsOnly) expect.soft(texts[shows], 'the whole content').toContain(seen.facts.text)
    if (one.isTrue) expect.soft(seen.answer, one.isTrue).toBe(true)
    one.check?.(seen)
    // A busy page can show nothing before it is free, where no compositor does it alone.
    return by === 'free' ? getShownAt(seen) - seen.facts.freeAt : getLateness(seen, deadlineMs)
  }
  const lateness = [await run(outcome !== undefined)]
  if (by === 'early') {
    expect.soft(lateness[0], 'shown long before its deadline').toBeLessThan(-deadlineMs / 2)
    return
  }
  if (by === 'shown') return
  // Judged by the median of three; the third is needed only when the first two disagree.
  const isLate = (ms: number | undefined) => ms! > GRACE_MS
  while (lateness.length < 2 || (lateness.length === 2 && isLate(lateness[0]) !== isLate(lateness[1])))
    lateness.push(await run(false))
  const description = lateness.map(Math.round).join(', ')
  test.info().annotations.push({ type: `later than ${by}, ms`, description })
  expect.soft(lateness.filter(isLate).length, `later than ${by} by ${description} ms`).toBeLessThan(2)
}

/** Tests of these cases: the light ones of a row share one, and so one page, because there are many. */
export function groupCases(
  cases: readonly FaultCase[],
): readonly (readonly [title: string, cases: readonly FaultCase[]])[] {
  const groups = new Map<string, FaultCase[]>()
  for (const one of cases) {
    const title = one.isLight ? `${one.title.split(' ')[0]} in its many shapes` : one.title
    groups.set(title, [...(groups.get(title) ?? []), one])
  }
  return [...groups]
}

/** Runs all of a group; one that fails does not keep the others from their turn. */
export async function runCases(eye: Eye, faults: FaultSite, cases: readonly FaultCase[]): Promise<void> {
  test.setTimeout(60_000 + 10_000 * cases.length)
  const failures: string[] = []
  for (const one of cases)
    await test
      .step(one.title, () => runCase(eye, faults, one))
      .catch((error: Error) => {
        failures.push(`${one.title}: ${error.message}`)
      })
  expect(failures).toEqual([])
}
