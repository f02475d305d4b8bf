import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startModel, type RunningModel } from '../../test/startModel.ts'
import type { ModelSettings } from '../site/choice.ts'
import { createHttpModel } from './createHttpModel.ts'

let model: RunningModel
beforeAll(async () => {
  model = await startModel()
})
afterAll(() => model.stop())

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

const settings = (over: Partial<ModelSettings> = {}): ModelSettings => ({
  url: model.url,
  features: ['intent.mortgage', 'intent.cards', 'visits.count'],
  input: 'features',
  output: 'scores',
  datatype: 'FP64',
  timeoutMs: 1_000,
  maxBatch: 32,
  gatherMs: 2,
  ...over,
})

const create = (over: Partial<ModelSettings> = {}, getTime = () => performance.now()) =>
  createHttpModel({ name: 'banner', settings: settings(over), getTime })

/** A server of one's own, where the example's model would not do the wrong thing. */
async function listen(listener: RequestListener): Promise<string> {
  server = createServer(listener)
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('the example model answers with a score for each variant, adding up to 1', async () => {
  const asked = await create().ask([90, 0, 1])
  const scores = asked.ok ? asked.value : []
  expect(asked).toMatchObject({ ok: true })
  expect(scores.indexOf(Math.max(...scores))).toBe(1)
  expect(scores.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
  expect(await create({ name: 'banner', version: '1' }).ask([0, 90, 1])).toMatchObject({ ok: true })
})

test('rows that come together travel together, and everyone gets their own', async () => {
  const bodies: string[] = []
  const url = await listen((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      bodies.push(text)
      const { inputs } = JSON.parse(text) as { inputs: [{ shape: [number, number]; data: number[] }] }
      const data = inputs[0].data.filter((_, index) => index % 3 === 0).map((one) => one * 2)
      response.end(JSON.stringify({ outputs: [{ name: 'scores', shape: [data.length, 1], data }] }))
    })
  })
  const client = create({ url, maxBatch: 4 })
  const found = await Promise.all(Array.from({ length: 10 }, (_, n) => client.ask([n, 0, 0])))
  expect(found.map((one) => (one.ok ? one.value[0] : one))).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
  expect(bodies.map((text) => (JSON.parse(text) as { inputs: [{ shape: number[] }] }).inputs[0].shape[0])).toEqual([
    4, 4, 2,
  ])
})

test.each<[string, RequestListener, string]>([
  [
    'a redirect, wherever it leads',
    (_, response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    'fetch failed',
  ],
  ['a status that is none of success', (_, response) => response.writeHead(503).end(), 'status 503'],
  ['no JSON', (_, response) => response.end('<html>'), 'JSON'],
  ['another output', (_, response) => response.end('{"outputs":[{"name":"other","data":[1]}]}'), 'no output "scores"'],
  [
    'text in the place of numbers',
    (_, response) => response.end('{"outputs":[{"name":"scores","data":["1"]}]}'),
    'something else than numbers',
  ],
  [
    'more than is sensible',
    (_, response) => response.writeHead(200, { 'content-length': 2 ** 21 }).end(),
    'more than 1048576 bytes',
  ],
])('a failure is a value: %s', async (_what, listener, message) => {
  const asked = await create({ url: await listen(listener) }).ask([1, 2, 3])
  expect(asked).toMatchObject({ ok: false, error: expect.stringContaining(message) as string })
})

test('what does not answer in time has not answered, and is not asked for a while after five times', async () => {
  const frozen = await startModel()
  try {
    const clock = { ms: 0 }
    const client = create({ url: frozen.url, timeoutMs: 20, gatherMs: 0 }, () => clock.ms)
    frozen.freeze()
    for (let n = 0; n < 5; n++)
      expect(await client.ask([1, 2, 3])).toEqual({ ok: false, error: 'no answer within 20 ms' })
    // The request itself is given up a moment after its asker was told.
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(client.isOpen).toBe(true)
    expect(await client.ask([1, 2, 3])).toMatchObject({
      ok: false,
      error: expect.stringContaining('not asked for a while') as string,
    })
    frozen.thaw()
    clock.ms = 1_000
    // The thawed process first answers what it has missed; on a busy machine the first try may still be late.
    for (let n = 0; n < 20 && client.isOpen; n++) {
      await client.ask([1, 2, 3])
      await new Promise((resolve) => setTimeout(resolve, 50))
      clock.ms += 60_000
    }
    expect(client.isOpen).toBe(false)
  } finally {
    await frozen.stop()
  }
})

test('nobody is there: the reason says so', async () => {
  const gone = await startModel()
  await gone.stop()
  expect(await create({ url: gone.url }).ask([1, 2, 3])).toMatchObject({ ok: false })
})
