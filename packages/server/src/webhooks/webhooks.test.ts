import { expect, test } from 'vitest'
import { openWebhooks, T0, until } from '../../test/openWebhooks.ts'
import { askProfile, COOKIE, makeEvent, sendBatch, SERVER_KEY, VISITOR } from '../../test/startTestServer.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const OTHER = 'b6e5c3de-6f0e-4c7b-9a53-0c3d3f0a8b12'

const w = openWebhooks()
const view = () => makeEvent({ t: 'custom', at: w.now, p: { name: 'view_item', props: {} } })
const buy = () => makeEvent({ t: 'conversion', at: w.now, p: { goal: 'purchase' } })

test('who comes into an audience and leaves it is told so once, signed, in order, with what was asked for', async () => {
  await w.receive()
  await w.start({ golden: w.hook({ send: ['tier', 'intent.primary'] }) })
  await w.setTier('gold')
  await w.setTier('gold')
  await w.receiver.has(1)
  w.now += 1_000
  await w.setTier('silver')
  const [entered, left] = await w.receiver.has(2)
  expect(entered).toMatchObject({
    isSigned: [true, true],
    timestamp: Math.floor(T0 / 1_000),
    body: {
      type: 'audience.entered',
      timestamp: new Date(T0).toISOString(),
      data: {
        site: 'bank',
        webhook: 'golden',
        visitor: VISITOR,
        audience: 'gold',
        attributes: { tier: 'gold', intent: { primary: null } },
      },
    },
  })
  expect(left!.body).toMatchObject({ type: 'audience.left', data: { attributes: { tier: 'silver' } } })
  expect(entered!.id).toMatch(/^msg_[0-9a-f-]{32,36}$/)
  expect(left!.id).not.toBe(entered!.id)
  await until(w.isEmpty)
  expect(w.receiver.received).toHaveLength(2)
  const metrics = await (await fetch(`${w.server.url}/metrics`)).text()
  expect(metrics).toContain('unblink_webhook_attempts_total{result="delivered"} 2')
  expect(metrics).toContain('unblink_webhook_pending{webhook="golden"} 0')
})

test('nobody is told of visitors without consent, and of bots', async () => {
  await w.receive()
  await w.start(
    { viewers: w.hook({ on: { after: { event: 'custom' }, withinHours: 1 } }) },
    {},
    { isBot: (agent) => agent === 'a bot' },
  )
  const deny = { consent: { personalization: 'denied', analytics: 'granted' }, sentAt: w.now }
  await sendBatch(w.server, [view()], deny, COOKIE)
  await w.send([view()], { ...COOKIE, 'sec-gpc': '1' })
  await w.send([view()], { ...COOKIE, 'user-agent': 'a bot' })
  expect(await w.count('waits')).toBe(0)
  await w.send([view()])
  await until(async () => (await w.count('waits')) === 1)
})

test('viewed and not bought is told when the time is over, across a restart, and a purchase in time says nothing', async () => {
  await w.receive()
  const reminder = w.hook({
    on: { after: { event: 'custom', where: { name: 'view_item' } }, unless: { goal: 'purchase' }, withinHours: 24 },
  })
  await w.start({ reminder })
  await w.send([view()])
  await w.send([view()], { cookie: `ub_v=${OTHER}` })
  w.now += 23 * HOUR
  await w.send([buy()], { cookie: `ub_v=${OTHER}` })
  await w.settle()
  expect(w.receiver.received).toHaveLength(0)
  await w.stop()

  w.now += 5 * DAY
  await w.start({ reminder })
  const [told] = await w.receiver.has(1)
  expect(told!.body).toEqual({
    type: 'time.passed',
    timestamp: new Date(T0 + DAY).toISOString(),
    data: { site: 'bank', webhook: 'reminder', visitor: VISITOR, after: new Date(T0).toISOString(), withinHours: 24 },
  })
  await w.settle()
  await until(w.isEmpty)
  expect(w.receiver.received).toHaveLength(1)
})

test('what time does to audiences is told in its order, as of when it happened, after a long absence, too', async () => {
  await w.receive()
  const attributes = { missed: { kind: 'unbought' as const, afterHours: 24, withinHours: 72 } }
  const audiences = { hesitant: { 'missed.count': { $gte: 1 } }, gold: { tier: 'gold' } }
  const webhooks = { hesitant: w.hook({ on: { audience: 'hesitant', exit: true } }) }
  const over = { attributes, audiences, experiences: [] }
  await w.start(webhooks, over)
  const items = { items: [{ item_id: 'a' }] }
  await w.send([makeEvent({ t: 'custom', at: w.now, p: { name: 'view_item', props: items } })])
  await w.stop()
  w.now += 30 * DAY
  await w.start(webhooks, over)
  const told = await w.receiver.has(2)
  expect(told.map(({ body }) => body.type)).toEqual(['audience.entered', 'audience.left'])
  const hours = told.map(({ body }) => (Date.parse(body.timestamp) - T0) / HOUR)
  expect(hours[0]).toBeCloseTo(24, 2)
  expect(hours[1]).toBeCloseTo(72, 2)
})

test('a visit that could begin is no visit: time alone brings nobody into "has been here twice"', async () => {
  await w.receive()
  const audiences = { back: { 'visits.count': { $gte: 2 } }, gold: { tier: 'gold' } }
  await w.start({ back: w.hook({ on: { audience: 'back' } }) }, { audiences, experiences: [] })
  await w.send([makeEvent({ at: w.now })])
  w.now += 3 * HOUR
  await w.settle()
  expect(await w.count('members')).toBe(0)
  await w.send([makeEvent({ at: w.now })])
  expect((await w.receiver.has(1))[0]!.body).toMatchObject({ data: { audience: 'back' } })
})

test('an audience can start the time, and another void it', async () => {
  await w.receive()
  const audiences = { gold: { tier: 'gold' }, served: { served: true } }
  const on = { after: { audience: 'gold' }, unless: { audience: 'served' }, withinHours: 2 } as const
  await w.start({ call: w.hook({ on }) }, { audiences, experiences: [] })
  await w.setTier('gold')
  await w.setTier('gold', OTHER)
  await w.server.unblink.setAttributes(OTHER, { served: true })
  w.now += 2 * HOUR
  expect((await w.receiver.has(1))[0]!.body.data).toMatchObject({ visitor: VISITOR })
  await w.settle()
  await until(w.isEmpty)
  expect(w.receiver.received).toHaveLength(1)
})

test('a user is told of as the user, and their times go on across the log-in', async () => {
  await w.receive()
  const reminder = w.hook({
    on: { after: { event: 'custom' }, unless: { goal: 'purchase' }, withinHours: 24 },
  })
  await w.start({ reminder, golden: w.hook() })
  await w.send([view()])
  const linked = await fetch(`${w.server.url}/v1/visitors/${VISITOR}/user`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${SERVER_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'u-17' }),
  })
  expect(linked.ok).toBe(true)
  await w.setTier('gold')
  expect((await w.receiver.has(1))[0]!.body.data).toMatchObject({ user: 'u-17', webhook: 'golden' })
  w.now += DAY
  expect((await w.receiver.has(2))[1]!.body.data).toMatchObject({ user: 'u-17', webhook: 'reminder' })
  expect(JSON.stringify(w.receiver.received)).not.toContain(VISITOR)
})

test.each([
  [
    'erased',
    () =>
      fetch(`${w.server.url}/v1/visitors/${VISITOR}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${SERVER_KEY}` },
      }),
  ],
  ['withdrawing', () => askProfile(w.server, { consent: { personalization: 'denied', analytics: 'denied' } }, COOKIE)],
])('nothing is told any more of a visitor who is %s, and nothing is kept', async (_name, forget) => {
  await w.receive((response) => void response.writeHead(503).end())
  await w.start({
    golden: w.hook(),
    reminder: w.hook({ on: { after: { event: 'custom' }, withinHours: 24 } }),
  })
  await w.send([view()])
  await w.setTier('gold')
  await w.receiver.has(1)
  const all = await fetch(`${w.server.url}/v1/visitors/${VISITOR}/export`, {
    headers: { authorization: `Bearer ${SERVER_KEY}` },
  })
  const tables = (await all.text()).match(/"webhook_\w+"/g)
  expect(tables?.sort()).toEqual(['"webhook_members"', '"webhook_outbox"', '"webhook_waits"'])
  await forget()
  for (const table of ['members', 'looks', 'waits', 'outbox']) await until(async () => (await w.count(table)) === 0)
})

test('a site without webhooks keeps nothing for them', async () => {
  await w.receive()
  await w.start({})
  await w.send([view(), buy()])
  await w.setTier('gold')
  const tables = ['members', 'looks', 'waits', 'outbox']
  expect(await Promise.all(tables.map(w.count))).toEqual([0, 0, 0, 0])
})
