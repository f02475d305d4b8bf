import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createImportSender, type ImportSenderOptions } from './createImportSender.ts'

let server: Server | undefined
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())))

const ROWS = Array.from({ length: 5 }, (_, n) => ({ line: n + 2, raw: `row ${n}`, body: `{"n":${n}}` }))

/** A server that gives these answers, one after the other; it tells how many lines came each time. */
async function answer(answers: readonly { status?: number; headers?: Record<string, string>; body: object }[]) {
  const lines: number[] = []
  server = createServer((request, response) => {
    const chunks: Uint8Array[] = []
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    request.on('end', () => {
      lines.push(Buffer.concat(chunks).toString().split('\n').length)
      const { status = 200, headers = {}, body } = answers[Math.min(lines.length, answers.length) - 1]!
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers })
      response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  const waits: number[] = []
  const make = (over: Partial<ImportSenderOptions> = {}) =>
    createImportSender({
      url: `http://127.0.0.1:${(server!.address() as AddressInfo).port}/`,
      key: 'k',
      wait: (ms) => Promise.resolve(void waits.push(ms)),
      ...over,
    })
  return { lines, waits, make }
}

const taken = (lines: number, over: object = {}) => ({
  body: { v: 1, lines, set: lines, same: 0, rejected: [], ...over },
})
const error = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: { v: 1, error: { code: 'x', message: 'It cannot be.' } },
})

test('what was not taken is sent again, and rejects are those of the file’s rows', async () => {
  const reject = (line: number) => [{ line, code: 'schema', message: 'no' }]
  const { lines, waits, make } = await answer([
    taken(2, { set: 1, rejected: reject(2), stopped: 'busy', next: 1_000 }),
    taken(3, { set: 2, rejected: reject(1) }),
  ])
  expect(await make()(ROWS)).toEqual({
    set: 3,
    same: 0,
    rows: 5,
    rejected: [
      { row: ROWS[1], code: 'schema', reason: 'no' },
      { row: ROWS[2], code: 'schema', reason: 'no' },
    ],
  })
  expect(lines).toEqual([5, 3])
  expect(waits).toEqual([1_000])
})

test('a server that is away for a moment is asked again, ever later, and not before it asks for', async () => {
  const { lines, waits, make } = await answer([error(503), error(429, { 'retry-after': '3' }), error(500), taken(5)])
  const told: string[] = []
  expect(await make({ onRetry: (why) => told.push(why) })(ROWS)).toMatchObject({ rows: 5, set: 5 })
  expect(lines).toEqual([5, 5, 5, 5])
  expect(waits).toEqual([250, 3_000, 1_000])
  expect(told).toEqual(['It cannot be.', 'It cannot be.', 'It cannot be.'])
})

test('it gives up in the end, with what the server said', async () => {
  const { lines, make } = await answer([error(503)])
  await expect(make()(ROWS)).rejects.toThrow('It cannot be.')
  expect(lines).toHaveLength(10)
})

test.each([
  [401, 'Give the key of keys.server'],
  [403, 'It cannot be.'],
  [404, 'This is no Unblink server'],
])('%i is not tried again', async (status, message) => {
  const { lines, make } = await answer([error(status)])
  await expect(make()(ROWS)).rejects.toThrow(message)
  expect(lines).toHaveLength(1)
})

test('an answer of something else is told', async () => {
  const { make } = await answer([{ body: { hello: 'world' } }])
  await expect(make()(ROWS)).rejects.toThrow('gave no answer of an import')
})

test('without a server it says what could not be reached', async () => {
  const { make } = await answer([taken(5)])
  const send = make()
  await new Promise((resolve) => server!.close(resolve))
  server = undefined
  await expect(send(ROWS)).rejects.toThrow(/\/v1\/import cannot be reached: .*ECONNREFUSED/)
})

test('asked to stop, it tells how far it came', async () => {
  const { make } = await answer([taken(2), taken(3)])
  expect(await make({ isStopping: () => true })(ROWS)).toMatchObject({ rows: 2, set: 2 })
})
