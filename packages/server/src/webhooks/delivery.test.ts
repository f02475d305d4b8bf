import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { openWebhooks, until } from '../../test/openWebhooks.ts'
import { makeEvent, VISITOR } from '../../test/startTestServer.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const OTHER = 'b6e5c3de-6f0e-4c7b-9a53-0c3d3f0a8b12'

const w = openWebhooks()
const view = () => makeEvent({ t: 'custom', at: w.now, p: { name: 'view_item', props: {} } })

test('a receiver that fails in every way gets each message in the end, under one id, and later ones wait for it', async () => {
  const faults: ((response: ServerResponse) => void)[] = [
    (response) => void response.writeHead(500, { connection: 'close' }).end('out\u001b[2J of order'),
    (response) => void response.socket!.resetAndDestroy(),
    () => undefined, // hangs
    (response) => void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
    (response) => void response.writeHead(429, { 'retry-after': '7200' }).end(),
    (response) => void response.writeHead(500).end('x'.repeat(1e6)),
  ]
  await w.receive((response, times) => (faults[times - 1] ?? (() => void response.writeHead(204).end()))(response))
  const logs = await w.start({ golden: w.hook({ timeoutMs: 200 }) })
  await w.setTier('gold')
  await w.setTier('silver')
  for (let tried = 1; tried <= faults.length; tried++) {
    await until(() => w.read('SELECT attempts FROM webhook_outbox ORDER BY position')[0]?.['attempts'] === tried)
    const [row] = w.read('SELECT next, error FROM webhook_outbox ORDER BY position')
    if (tried === 1) expect(row!['error']).toBe('HTTP 500: out [2J of order')
    if (tried === 3) expect(row!['error']).toBe('no answer within 200 ms')
    if (tried === 5) expect(Number(row!['next']) - w.now).toBeGreaterThanOrEqual(2 * HOUR)
    w.now = Number(row!['next'])
  }
  const all = await w.receiver.has(faults.length + 2)
  expect(new Set(all.slice(0, -1).map(({ id }) => id)).size).toBe(1)
  expect(all.every(({ isSigned }) => isSigned[0])).toBe(true)
  expect(new Set(all.slice(0, -1).map(({ timestamp }) => timestamp)).size).toBeGreaterThan(1)
  expect(all.slice(-2).map(({ body }) => body.type)).toEqual(['audience.entered', 'audience.left'])
  await until(w.isEmpty)
  expect(logs.filter(({ code }) => code === 'webhook_failed')).toHaveLength(faults.length)
})

test('what fails for three days is given up, kept and counted; the next message goes on', async () => {
  await w.receive(
    (response, _count, { body }) => void response.writeHead(body.type === 'audience.entered' ? 500 : 204).end(),
  )
  const logs = await w.start({ golden: w.hook() })
  await w.setTier('gold')
  await w.setTier('silver')
  // Each attempt but the last is taken as made: how long they are apart is another test's.
  await until(() => w.read('SELECT attempts FROM webhook_outbox ORDER BY position')[0]?.['attempts'] === 1)
  w.write("UPDATE webhook_outbox SET attempts = 19, next = 0 WHERE state = 'ready'")
  await until(() => logs.some(({ code }) => code === 'webhook_dead'))
  await until(async () => (await w.count('outbox')) === 1)
  expect(w.read('SELECT state, attempts, error FROM webhook_outbox')).toEqual([
    { state: 'dead', attempts: 20, error: 'HTTP 500' },
  ])
  expect(w.receiver.received.at(-1)!.body.type).toBe('audience.left')
  expect(await (await fetch(`${w.server.url}/metrics`)).text()).toContain('unblink_webhook_dead{webhook="golden"} 1')
  w.now += 31 * DAY
  await until(w.isEmpty)
})

test('after a 410 nothing is sent until the address changes', async () => {
  await w.receive((response) => void response.writeHead(410).end())
  const logs = await w.start({ golden: w.hook() })
  await w.setTier('gold')
  await until(() => logs.some(({ code }) => code === 'webhook_gone'))
  await w.setTier('silver')
  await until(() => w.read("SELECT 1 FROM webhook_outbox WHERE state = 'dead'").length === 2)
  expect(w.receiver.received).toHaveLength(1)
  const moved = w.server.unblink.publish(w.makeHookSite({ golden: w.hook({ url: `${w.receiver.url}/new` }) }))
  expect(moved.ok).toBe(true)
  await w.setTier('gold')
  await w.receiver.has(2)
})

test('a stop leaves what has not arrived in the database, and the next start sends it under the same id', async () => {
  await w.receive((response, times) => void (times > 1 && response.writeHead(204).end()))
  await w.start({ golden: w.hook() })
  await w.setTier('gold')
  await w.receiver.has(1)
  await w.stop()
  expect(w.read('SELECT state, attempts FROM webhook_outbox')).toEqual([{ state: 'ready', attempts: 0 }])
  await w.start({ golden: w.hook() })
  const [first, second] = await w.receiver.has(2)
  expect(second!.id).toBe(first!.id)
  await until(w.isEmpty)
})

test('this machine is not told anything unless it is listed', async () => {
  await w.receive()
  const logs = await w.start(
    { golden: w.hook({ url: w.receiver.url.replace('http://127.0.0.1', 'https://localhost') }) },
    { privateHosts: [] },
  )
  await w.setTier('gold')
  await until(() => logs.some(({ code }) => code === 'webhook_refused'))
  expect(String(logs.find(({ code }) => code === 'webhook_refused')!['why'])).toMatch(
    /^localhost leads to \S+, which is no public address$/,
  )
  expect(w.receiver.received).toHaveLength(0)
})

test('what cannot be worked out is put off, and holds nothing else up', async () => {
  await w.receive()
  const logs = await w.start({ reminder: w.hook({ on: { after: { event: 'custom' }, withinHours: 1 } }) })
  await w.send([view()], { cookie: `ub_v=${OTHER}` })
  w.write("UPDATE profiles SET state = '{'")
  w.now += 1
  await w.send([view()])
  w.now += 2 * HOUR
  expect((await w.receiver.has(1))[0]!.body.data).toMatchObject({ visitor: VISITOR })
  expect(logs.map(({ code }) => code)).toContain('webhook_due_failed')
  expect(w.read(`SELECT due FROM webhook_waits WHERE visitor = '${OTHER}'`)).toEqual([{ due: w.now + HOUR }])
})
