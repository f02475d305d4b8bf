import type { AnyEvent, Decision, ProfileReply } from '@unblink/protocol'
import { afterEach, expect, test, vi } from 'vitest'
import { startModel, type RunningModel } from '../../test/startModel.ts'
import {
  askProfile,
  makeEvent,
  makeSite,
  post,
  sendBatch,
  SERVER_KEY,
  startTestServer,
  type TestServer,
} from '../../test/startTestServer.ts'
import { createServer } from '../createServer.ts'
import type { ChoiceInput } from '../site/choiceInput.ts'
import type { SiteInput } from '../site/siteInput.ts'

let server: TestServer | undefined
let model: RunningModel | undefined
afterEach(async () => {
  await server?.stop()
  await model?.stop()
  server = model = undefined
})

const T0 = Date.UTC(2026, 10, 22, 10)
const bandit: ChoiceInput = { bandit: { goal: 'apply', floor: 0.1, contexts: ['gold'] } }

const site = (choose: ChoiceInput | readonly ChoiceInput[], over: Partial<SiteInput> = {}) =>
  makeSite({
    audiences: { gold: { tier: 'gold' } },
    experiences: [
      {
        id: 'offer',
        slot: 'home.hero',
        kind: 'personalization',
        choose,
        variants: [
          { id: 'plain' },
          { id: 'rates', content: { text: 'Rates' } },
          { id: 'cards', content: { text: 'Cards' } },
        ],
      },
    ],
    expose: [],
    ...over,
  })

let clock = T0
const start = async (...given: Parameters<typeof site>) => {
  clock = T0
  server = await startTestServer({ site: site(...given), now: () => clock })
  return server
}

const toVisitor = (n: number) => `11111111-2222-4333-8444-${String(n).padStart(12, '0')}`
const cookie = (n: number) => ({ cookie: `ub_v=${toVisitor(n)}` })
const getDecision = ({ decisions = [] }: ProfileReply): Decision => decisions.find(({ slot }) => slot === 'home.hero')!
const ask = async (n: number) => getDecision((await askProfile(server!, {}, cookie(n))).reply)

const exposureOf = ({ slot, experience, variant, chance, content, reason }: Decision): AnyEvent =>
  makeEvent({
    t: 'exposure',
    at: clock,
    p: { slot, experience, variant, chance, outcome: content ? 'variant' : 'control', reason, hiddenMs: 0 },
  })
const conversion = () => makeEvent({ t: 'conversion', at: clock, p: { goal: 'apply' } })

/** A visitor comes, sees what is decided, and likes `best`. */
async function visit(n: number, best: string) {
  const decision = await ask(n)
  const events = [exposureOf(decision), ...(decision.variant === best ? [conversion()] : [])]
  const { reply } = await sendBatch(server!, events, { sentAt: clock }, cookie(n))
  expect(reply.ok).toBe(events.length)
  clock += 2_000
}

test('a bandit says how likely its choice was, and comes to give most visitors what they like', async () => {
  await start(bandit)
  expect(await ask(1)).toMatchObject({ experience: 'offer', chance: [0.3333, ''] })
  for (let n = 0; n < 60; n++) await visit(n, 'cards')
  const later = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(1_000 + n)))
  const share = later.filter(({ variant }) => variant === 'cards').length / later.length
  expect(share).toBeGreaterThan(0.65)
  for (const { variant, chance } of later) if (variant === 'cards') expect(chance![0]).toBeGreaterThan(0.75)
})

test('who discloses nothing gets what has done best with everyone, without an id and without a chance', async () => {
  await start(bandit)
  for (let n = 0; n < 60; n++) await visit(n, 'cards')
  const consent = { personalization: 'denied', analytics: 'denied' }
  const { reply, headers } = await askProfile(server!, { consent })
  expect(getDecision(reply)).toEqual({
    slot: 'home.hero',
    experience: 'offer',
    variant: 'cards',
    content: { text: 'Cards' },
    reason: 'targeting_match',
  })
  expect(reply).not.toHaveProperty('visitor')
  expect(headers.get('set-cookie')).toBeNull()
})

test('a context is learnt by itself', async () => {
  await start(bandit)
  const setTier = (n: number) =>
    fetch(`${server!.url}/v1/visitors/${toVisitor(n)}/attributes`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${SERVER_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ set: { tier: 'gold' } }),
    })
  await setTier(1)
  expect(await ask(1)).toMatchObject({ chance: [0.3333, 'gold'] })
  for (let n = 0; n < 60; n++) await visit(100 + n, 'cards')
  const [gold, plain] = [await ask(1), await ask(2)]
  expect(gold.chance).toEqual([0.3333, 'gold'])
  expect(plain.chance![0]).not.toBeCloseTo(0.3333, 2)
})

test('after a restart it knows the same, from the log alone', async () => {
  const { dataDir } = await start(bandit)
  for (let n = 0; n < 40; n++) await visit(n % 30, 'rates')
  const before = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(500 + n)))
  const again = await createServer({ site: site(bandit), dataDir, now: () => clock })
  try {
    const request = (n: number) =>
      again.decideFor({
        request: new Request('http://localhost/', { headers: cookie(500 + n) }),
        consent: { personalization: 'granted', analytics: 'granted' },
      })
    const after = await Promise.all(Array.from({ length: 20 }, async (_, n) => getDecision((await request(n)).reply)))
    expect(after).toEqual(before)
  } finally {
    await again.close()
  }
})

test('a visitor who makes things up moves nothing', async () => {
  await start(bandit)
  for (let n = 0; n < 40; n++) await visit(n, 'cards')
  const before = await ask(900)
  const forged = Array.from({ length: 200 }, (_, n) => [
    makeEvent({
      t: 'exposure',
      at: clock,
      p: {
        slot: 'home.hero',
        experience: 'offer',
        variant: 'plain',
        chance: [0.34, n % 2 ? '' : 'gold'],
        outcome: 'variant',
        reason: 'split',
        hiddenMs: 0,
      },
    }),
    conversion(),
  ]).flat()
  const { reply } = await sendBatch(server!, forged, { sentAt: clock }, cookie(777))
  expect(reply.ok).toBe(400)
  clock += 2_000
  const after = await ask(900)
  expect(after.variant).toBe(before.variant)
  expect(Math.abs(after.chance![0] - before.chance![0])).toBeLessThan(0.05)
})

const banner = (url: string) => ({
  models: { banner: { url, features: ['crm.mortgage', 'crm.cards', 'visits.count'], timeoutMs: 500 } },
})

test('a model over HTTP decides by the visitor’s attributes', async () => {
  model = await startModel()
  await start({ model: 'banner' }, banner(model.url))
  await server!.unblink.setAttributes(toVisitor(1), { crm: { mortgage: 90 } })
  await server!.unblink.setAttributes(toVisitor(2), { crm: { cards: 90 } })
  expect(await ask(1)).toMatchObject({ variant: 'rates' })
  expect(await ask(2)).toMatchObject({ variant: 'cards' })
  expect(await ask(3)).toMatchObject({ variant: 'plain' })
})

test('where the model is gone, what comes next decides, and the log says so once', async () => {
  model = await startModel()
  await start([{ model: 'banner' }, bandit], banner(model.url))
  expect(await ask(3)).not.toHaveProperty('chance')
  await model.stop()
  expect(await ask(3)).toHaveProperty('chance')
  await ask(4)
  expect(server!.logs.filter(({ code }) => code === 'model_failed')).toHaveLength(1)
})

test('a shadow is asked and counted, and shows nothing', async () => {
  model = await startModel()
  await start([{ model: 'banner', shadow: true }, bandit], banner(model.url))
  await server!.unblink.setAttributes(toVisitor(1), { crm: { mortgage: 90 } })
  const decision = await ask(1)
  expect(decision).toHaveProperty('chance')
  const metrics = async () => (await fetch(`${server!.url}/metrics`)).text()
  await vi.waitFor(async () => expect(await metrics()).toContain('unblink_model_shadows_total{beside="drawn"} 1'))
  expect(server!.logs).toContainEqual(
    expect.objectContaining({ code: 'model_shadow', model: 'banner', experience: 'offer', variant: 'rates' }),
  )
})

test('pages do not get to know what chooses', async () => {
  await start([{ model: 'banner' }, bandit], banner('http://127.0.0.1:1'))
  const manifest = await (await fetch(`${server!.url}/v1/m?key=bank-page`)).text()
  expect(manifest).toContain('"offer"')
  expect(manifest).not.toMatch(/choose|bandit|banner/)
})

test('an exposure whose chance makes no sense is refused', async () => {
  await start(bandit)
  const decision = await ask(1)
  const event = exposureOf({ ...decision, chance: [2, ''] })
  const response = await post(`${server!.url}/v1/e`, {
    v: 1,
    key: 'bank-page',
    session: 's',
    sentAt: clock,
    consent: { personalization: 'granted', analytics: 'granted' },
    events: [event],
  })
  expect(await response.json()).toMatchObject({ ok: 0, rej: [{ c: 'schema' }] })
})
