import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readBody, type ByteBudget } from './readBody.ts'

/** A request whose body comes in these chunks, and then ends, breaks or stays open. */
function makeRequest(chunks: readonly Uint8Array[], then: 'end' | 'break' | 'open' = 'end') {
  let isCancelled = false
  const left = [...chunks]
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift()
      if (chunk) controller.enqueue(chunk)
      else if (then === 'end') controller.close()
      else if (then === 'break') controller.error(new Error('reset'))
    },
    cancel() {
      isCancelled = true
    },
  })
  const request = new Request('http://x/', { method: 'POST', body, duplex: 'half' } as RequestInit)
  return { request, isCancelled: () => isCancelled }
}
const bytes = (text: string) => new TextEncoder().encode(text)

test('a body in pieces is put together, also when a letter is cut in two', async () => {
  const [first, second] = [bytes('é').slice(0, 1), bytes('é').slice(1)]
  const { request } = makeRequest([bytes('"'), first, second, bytes('"')])
  expect(await readBody(request, { maxBytes: 4 })).toEqual({ type: 'body', text: '"é"', bytes: 4 })
})

test('a body is stopped at the first byte above the limit, whatever follows', async () => {
  const budget: ByteBudget = { left: 100 }
  const endless = makeRequest([bytes('1234'), bytes('5'), ...Array<Uint8Array>(1_000).fill(bytes('x'))], 'open')
  expect(await readBody(endless.request, { maxBytes: 4, budget })).toEqual({ type: 'too-large' })
  expect(endless.isCancelled()).toBe(true)
  expect(budget.left).toBe(100)
})

test('D7 a sender that never ends is cut off', async () => {
  const slow = makeRequest([bytes('{')], 'open')
  expect(await readBody(slow.request, { maxBytes: 4, timeoutMs: 20 })).toEqual({ type: 'too-slow' })
  expect(slow.isCancelled()).toBe(true)
})

test('open requests share one budget, and give back what they took', async () => {
  const budget: ByteBudget = { left: 10 }
  const first = await readBody(makeRequest([bytes('123456')]).request, { maxBytes: 99, budget })
  expect(budget.left).toBe(4)
  expect(await readBody(makeRequest([bytes('12345')]).request, { maxBytes: 99, budget })).toEqual({ type: 'no-room' })
  expect(budget.left).toBe(4)
  if (first.type === 'body') budget.left += first.bytes
  expect(budget.left).toBe(10)
})

test.each([
  ['breaks off', makeRequest([bytes('{')], 'break'), 'broken'],
  ['is not UTF-8', makeRequest([new Uint8Array([0xc3, 0x28])]), 'not-utf8'],
])('a body that %s is told apart and owes nothing', async (_name, { request }, type) => {
  const budget: ByteBudget = { left: 10 }
  expect(await readBody(request, { maxBytes: 9, budget })).toEqual({ type })
  expect(budget.left).toBe(10)
})

test('a byte order mark is no part of the text', async () => {
  const { request } = makeRequest([new Uint8Array([0xef, 0xbb, 0xbf]), bytes('1')])
  expect(await readBody(request, { maxBytes: 9 })).toMatchObject({ text: '1' })
})

test('no body is an empty text', async () => {
  expect(await readBody(new Request('http://x/'), { maxBytes: 9 })).toEqual({ type: 'body', text: '', bytes: 0 })
})

test('an announced length above the limit is refused unread', async () => {
  const { request } = makeRequest([bytes('12345')])
  request.headers.set('content-length', '5')
  expect(await readBody(request, { maxBytes: 4 })).toEqual({ type: 'too-large' })
  expect(request.bodyUsed).toBe(false)
})

test('a small announced body is read whole, under the same limits', async () => {
  const announce = (text: string | Uint8Array, length: number, then?: 'break' | 'open') => {
    const { request } = makeRequest([typeof text === 'string' ? bytes(text) : text], then)
    request.headers.set('content-length', String(length))
    return request
  }
  const budget: ByteBudget = { left: 10 }
  const read = (request: Request) => readBody(request, { maxBytes: 8, timeoutMs: 20, budget })
  expect(await read(announce('123456', 6))).toEqual({ type: 'body', text: '123456', bytes: 6 })
  expect(budget.left).toBe(4)
  expect(await read(announce('12345', 5))).toEqual({ type: 'no-room' })
  expect(await read(announce('123456789', 3))).toEqual({ type: 'too-large' })
  expect(await read(announce(new Uint8Array([0xff]), 1))).toEqual({ type: 'not-utf8' })
  expect(await read(announce('1', 2, 'break'))).toEqual({ type: 'broken' })
  expect(await read(announce('1', 2, 'open'))).toEqual({ type: 'too-slow' })
  expect(budget.left).toBe(4)
})

test.each([true, false])('a gzip body is inflated, and owes what it became (announced: %s)', async (isAnnounced) => {
  const text = JSON.stringify({ events: Array.from({ length: 50 }, (_, n) => ({ n, t: 'scroll' })) })
  const zipped = gzipSync(text)
  const { request } = makeRequest([zipped.subarray(0, 20), zipped.subarray(20)])
  if (isAnnounced) request.headers.set('content-length', String(zipped.length))
  const budget: ByteBudget = { left: text.length + 1 }
  expect(await readBody(request, { maxBytes: text.length, isGzip: true, budget })).toEqual({
    type: 'body',
    text,
    bytes: text.length,
  })
  expect(budget.left).toBe(1)
})

test.each([
  ['D8 larger than allowed once inflated', gzipSync('x'.repeat(300_001)), 'too-large'],
  ['D8 a bomb of 1000 to 1, smaller than the limit', gzipSync('x'.repeat(200_000)), 'too-large'],
  ['D8 zipped twice', gzipSync(gzipSync(new Uint8Array([0xff, 0xfe]))), 'not-utf8'],
  ['cut short', gzipSync('{"v":1}').subarray(0, 15), 'not-gzip'],
  ['not gzip at all', bytes('{"v":1}'), 'not-gzip'],
  ['larger than the room left', gzipSync('{"v":1,"pad":"' + 'abcdefgh'.repeat(8) + '"}'), 'no-room'],
])('a gzip body that is %s is told apart and owes nothing', async (_name, zipped, type) => {
  const budget: ByteBudget = { left: type === 'no-room' ? 40 : 1e6 }
  const before = budget.left
  for (const announced of [true, false]) {
    const { request } = makeRequest([zipped])
    if (announced) request.headers.set('content-length', String(zipped.length))
    expect(await readBody(request, { maxBytes: 300_000, isGzip: true, budget })).toMatchObject({ type })
  }
  expect(budget.left).toBe(before)
})
