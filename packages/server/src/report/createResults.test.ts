import type { Exposure } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { makeEvent, makeSite } from '../../test/startTestServer.ts'
import { createResults } from './createResults.ts'

const T0 = Date.UTC(2026, 10, 22, 10)
const site = makeSite({
  experiences: [
    {
      id: 'wording',
      slot: 'home.hero',
      kind: 'experiment',
      variants: [{ id: 'plain' }, { id: 'bold', content: { text: 'Bold' } }],
    },
    { id: 'aside', slot: 'home.side', kind: 'personalization', variants: [{ id: 'note', content: { text: 'Note' } }] },
  ],
  holdout: { share: 0.2, seed: 's' },
})

type Part = Partial<Exposure>
const plain: Part = { experience: 'wording', variant: 'plain', outcome: 'control', reason: 'split' }
const bold: Part = { experience: 'wording', variant: 'bold', outcome: 'variant', reason: 'split' }
const timeout: Part = { outcome: 'timeout', reason: 'timeout' }

/** A log that is written by the line: an exposure is told at a minute, in a view of its own unless one is named. */
function createLog(results = createResults(site)) {
  let position = 0
  const add = (visitor: string, t: string, minute: number, p: object, pv = `view of ${visitor} ${minute}`) =>
    results.add({
      position: ++position,
      visitor,
      event: makeEvent({ t, at: T0 + minute * 60_000, pv, p }),
      receivedAt: T0 + minute * 60_000,
    })
  return {
    expose: (visitor: string, minute: number, p: Part, pv?: string) =>
      add(visitor, 'exposure', minute, { slot: 'home.hero', hiddenMs: 80, ...p }, pv),
    convert: (visitor: string, minute: number, goal = 'apply') => add(visitor, 'conversion', minute, { goal }),
    tell: (visitor: string, minute: number, p: object, pv: string) => add(visitor, 'vital', minute, p, pv),
    get: results.get,
    /** The results of both variants of the experiment. */
    getPair: () => {
      const [one, other] = results.get().experiences[0]!.variants
      return { plain: one!, bold: other! }
    },
  }
}

test('a visitor counts once, for the first variant, and has reached a goal when that came afterwards', () => {
  const log = createLog()
  log.convert('v1', 0)
  log.expose('v1', 1, bold)
  log.expose('v2', 5, plain)
  // Comes later, and was earlier.
  log.expose('v2', 2, bold)
  log.convert('v2', 3)
  log.convert('v2', 4)
  log.convert('v2', 4, 'unheard-of')
  expect(log.getPair()).toMatchObject({
    plain: { visitors: 0, views: 1 },
    bold: { visitors: 2, saw: 2, views: 2, goals: [{ goal: 'apply', count: 1, rate: 0.5 }] },
  })
  expect(log.get()).toMatchObject({ visitors: 2, experiences: [{ switched: 1, control: 'plain' }, {}] })
  // With nobody in the control, there is nothing that it could be compared with.
  expect(log.getPair().bold.goals[0]).not.toHaveProperty('against')
})

test('a time-out that names its variant counts for it, although nobody saw it', () => {
  const log = createLog()
  log.expose('v1', 1, { ...bold, ...timeout, hiddenMs: 400 })
  log.expose('v2', 1, bold)
  log.convert('v2', 2)
  const { bold: found } = log.getPair()
  expect(found).toMatchObject({ visitors: 2, saw: 1, views: 2, outcomes: { timeout: 1, variant: 1 } })
  expect(found.hiddenMs).toEqual({ p50: 80, p95: 400 })
  expect(found.goals[0]!.rate).toBe(0.5)
})

test('what comes in late after a time-out that named nothing is a flicker, and counts for nobody: its control may not be told', () => {
  const log = createLog()
  log.expose('v1', 1, timeout, 'view')
  log.expose('v1', 1, { ...bold, outcome: 'late' }, 'view')
  expect(log.getPair().bold).toMatchObject({ visitors: 0, views: 1, flickers: 1 })
  expect(log.get().slots[0]).toMatchObject({ slot: 'home.hero', views: 1, flickers: 1, outcomes: { timeout: 1 } })
  // The next view has it in time.
  log.expose('v1', 2, bold)
  expect(log.getPair().bold).toMatchObject({ visitors: 1, saw: 1, views: 2, flickers: 1 })
})

test('a slot that had not been in view when it changed has not flickered; one that its engine showed first has, once', () => {
  const log = createLog()
  log.expose('v1', 1, { outcome: 'baseline', reason: 'default' }, 'learnt')
  log.expose('v1', 1, { ...bold, outcome: 'late' }, 'learnt')
  expect(log.getPair().bold).toMatchObject({ visitors: 1, flickers: 0 })
  log.expose('v2', 1, bold, 'stuck')
  const slot = { slot: 'home.hero', ...bold, hiddenMs: 900, isFlicker: true }
  log.tell('v2', 2, { rev: 0, slots: [slot] }, 'stuck')
  log.tell('v2', 3, { rev: 1, slots: [slot] }, 'stuck')
  expect(log.getPair().bold).toMatchObject({ visitors: 2, views: 2, flickers: 1 })
})

test('groups of the declared size are; groups of another are off, and their rates are still told', () => {
  const log = createLog()
  for (let n = 0; n < 300; n++) log.expose(`v${n}`, 1, n % 3 ? bold : plain)
  for (let n = 0; n < 300; n += 6) log.convert(`v${n}`, 2)
  const [wording] = log.get().experiences
  expect(wording).toMatchObject({ sampleRatio: { isOff: true } })
  expect(wording!.variants.map(({ visitors, goals: [goal] }) => [visitors, goal!.count])).toEqual([
    [100, 50],
    [200, 0],
  ])
  const [against] = wording!.variants[1]!.goals
  expect(against!.against!.high).toBeLessThan(-0.3)
  for (let n = 300; n < 400; n++) log.expose(`v${n}`, 1, plain)
  expect(log.get().experiences[0]).toMatchObject({ sampleRatio: { isOff: false, p: 1 } })
})

test('everybody whom the holdout keeps out is compared with everybody else; who never had a decision is neither', () => {
  const log = createLog()
  for (let n = 0; n < 10; n++) {
    log.expose(`out${n}`, 1, { outcome: 'holdout', reason: 'holdout' })
    log.expose(`in${n}`, 1, n % 2 ? bold : { outcome: 'baseline', reason: 'default' })
    log.expose(`slow${n}`, 1, timeout)
  }
  for (let n = 0; n < 6; n++) log.convert(`in${n}`, 2)
  log.convert('out1', 0)
  expect(log.get().holdout).toMatchObject({
    share: 0.2,
    heldOut: { visitors: 10, goals: [{ count: 0 }] },
    others: { visitors: 10, goals: [{ count: 6, rate: 0.6, against: { difference: 0.6 } }] },
  })
  expect(log.get().visitors).toBe(30)
})

test('a preview counts for nobody, and an experience that the site does not have any more is named', () => {
  const log = createLog()
  log.expose('v1', 1, { ...bold, reason: 'override' })
  expect(log.get()).toMatchObject({ visitors: 0, unknown: [], slots: [{ views: 0 }, {}] })
  log.expose('v1', 2, { ...bold, experience: 'last-year' })
  log.expose('v1', 3, { ...bold, variant: 'italic' })
  expect(log.get()).toMatchObject({ visitors: 1, unknown: ['last-year', 'wording / italic'] })
})

test('where a bandit chooses there is neither a sample ratio nor a difference; what only watches changes nothing', () => {
  const pick = (choose: object) =>
    createLog(
      createResults(
        makeSite({
          experiences: [
            {
              id: 'wording',
              slot: 'home.hero',
              kind: 'personalization',
              choose,
              variants: [{ id: 'plain' }, { id: 'bold', content: { text: 'B' } }],
            } as never,
          ],
          models: { taste: { url: 'http://127.0.0.1:1', features: ['visits.count'] } },
        }),
      ),
    )
  const chosen = pick({ bandit: { goal: 'apply' } })
  const shadowed = pick({ model: 'taste', shadow: true })
  for (const log of [chosen, shadowed]) for (let n = 0; n < 20; n++) log.expose(`v${n}`, 1, n % 2 ? bold : plain)
  expect(chosen.get().experiences[0]).toMatchObject({ isChosen: true, switched: 0 })
  expect(chosen.get().experiences[0]).not.toHaveProperty('sampleRatio')
  expect(chosen.getPair().bold.goals[0]).not.toHaveProperty('against')
  expect(shadowed.get().experiences[0]).toMatchObject({ isChosen: false, sampleRatio: { isOff: false } })
})
