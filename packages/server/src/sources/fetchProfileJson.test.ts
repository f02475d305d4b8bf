import { afterEach, expect, test, vi } from 'vitest'
import { startStandIn, type Answer, type StandIn } from '../../test/startStandIn.ts'
import { fetchProfileJson, type FetchProfileOptions } from './fetchProfileJson.ts'

const undos: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of undos.splice(0)) await undo()
})

const start = async (answer: Answer): Promise<StandIn> => {
  const standIn = await startStandIn(() => answer)
  undos.push(standIn.stop)
  return standIn
}

const ask = ({ origin }: StandIn, over: Partial<FetchProfileOptions> = {}) =>
  fetchProfileJson(
    { url: `${origin}/p` },
    {
      method: 'GET',
      headers: {},
      maxBytes: 100_000,
      timeoutMs: 30_000,
      signal: new AbortController().signal,
      ...over,
    },
  )

test('JSON is found', async () => {
  expect(await ask(await start({ status: 200, json: { a: 1 } }))).toEqual({ type: 'found', json: { a: 1 } })
})

test.each([{ status: 404, json: { error: 'not found' } }, { status: 404 }, { status: 204 }, { status: 200 }])(
  '%j knows nobody',
  async (answer) => {
    expect(await ask(await start(answer))).toEqual({ type: 'unknown' })
  },
)

test.each<[StandIn['mood'], string]>([
  ['failing', 'status 503'],
  ['garbled', 'its answer cannot be read as JSON'],
  ['page', 'its answer is "text/html", not application/json'],
  ['moved', 'it leads elsewhere, which is not followed'],
])('a service that is %s has failed', async (mood, why) => {
  const service = await start({ status: 200, json: {} })
  service.mood = mood
  expect(await ask(service)).toEqual({ type: 'failed', why })
  expect(service.asked).toEqual(['/p'])
})

test('one that is asked too often says when it may be asked again', async () => {
  const service = await start({ status: 200, json: {} })
  service.mood = 'limiting'
  expect(await ask(service)).toEqual({ type: 'failed', why: 'status 429', retryAfterMs: 30_000 })
})

test('an answer without an end is cut off at the bound', async () => {
  const service = await start({ status: 200, json: {} })
  service.mood = 'endless'
  expect(await ask(service)).toEqual({ type: 'failed', why: 'more than 100000 bytes' })
  await vi.waitFor(() => expect(service.cut).toBe(1), 20_000)
}, 60_000)

test('one that says how long it is need not be read', async () => {
  const service = await start({ status: 200, json: 'x'.repeat(200) })
  expect(await ask(service, { maxBytes: 100 })).toEqual({ type: 'failed', why: 'more than 100 bytes' })
})

test('one that never comes is given up, and so is one that nobody waits for any more', async () => {
  const service = await start({ status: 200, json: {} })
  service.mood = 'hanging'
  expect(await ask(service, { timeoutMs: 20 })).toEqual({ type: 'failed', why: 'no answer within 20 ms' })
  const closing = new AbortController()
  const answer = ask(service, { signal: closing.signal })
  closing.abort()
  expect(await answer).toMatchObject({ type: 'failed' })
})

test('nobody there', async () => {
  const service = await start({ status: 200, json: {} })
  await service.stop()
  expect(await ask(service)).toEqual({ type: 'failed', why: 'ECONNREFUSED' })
})
