import { afterEach, beforeEach, expect, test } from 'vitest'
import { COOKIE, makeEvent, sendBatch, startTestServer, VISITOR, type TestServer } from '../../test/startTestServer.ts'
import { livePage } from '../live/livePage.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer({ live: true })
})
afterEach(() => server.stop())

interface Message {
  event: string
  data: Record<string, unknown>
}

/** Reads a stream of server-sent events message by message; undefined at its end. */
async function openStream(headers: Record<string, string> = COOKIE) {
  const response = await fetch(`${server.url}/v1/live`, { headers })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const next = async (): Promise<Message | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const [, event = '', data = ''] = /event: (.*)\ndata: (.*)/.exec(text.slice(0, end)) ?? []
        text = text.slice(end + 2)
        return { event, data: JSON.parse(data) as Message['data'] }
      }
      const { done, value } = await reader.read()
      if (done) return undefined
      text += value
    }
  }
  return { response, next, close: () => reader.cancel() }
}

test('a watcher gets what was, and then each event and profile as it is committed', async () => {
  const events = Array.from({ length: 205 }, (_, n) => makeEvent({ n, t: 'custom', p: { name: `c${n}` } }))
  await sendBatch(server, events, {}, COOKIE)
  const stream = await openStream()
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
  const snapshot = await stream.next()
  expect(snapshot).toMatchObject({ event: 'snapshot', data: { visitor: VISITOR, profile: { generation: 205 } } })
  const seen = snapshot?.data['events'] as { event: { n: number }; receivedAt: number }[]
  expect(seen.map(({ event }) => event.n)).toEqual(Array.from({ length: 200 }, (_, n) => n + 5))
  expect(seen[0]?.receivedAt).toEqual(expect.any(Number))

  const fresh = makeEvent()
  await sendBatch(server, [fresh, events[0]], {}, COOKIE)
  expect(await stream.next()).toMatchObject({ event: 'event', data: { event: { i: fresh.i, t: 'engagement' } } })
  expect(await stream.next()).toMatchObject({ event: 'profile', data: { visitor: VISITOR, generation: 206 } })
  await server.unblink.setAttributes(VISITOR, { tier: 'gold' })
  expect(await stream.next()).toMatchObject({ event: 'event', data: { event: { t: 'attributes' } } })
  expect(await stream.next()).toMatchObject({ event: 'profile', data: { custom: { tier: 'gold' } } })
  await stream.close()
})

test('E3 a watcher sees nobody else', async () => {
  const stream = await openStream()
  await stream.next()
  await sendBatch(server, [makeEvent()], {}, { cookie: 'ub_v=11111111-1111-4111-8111-111111111111' })
  const own = makeEvent()
  await sendBatch(server, [own], {}, COOKIE)
  expect(await stream.next()).toMatchObject({ data: { event: { i: own.i } } })
  await stream.close()
})

test('without a cookie the stream says so and ends', async () => {
  const stream = await openStream({})
  expect(await stream.next()).toEqual({ event: 'snapshot', data: { visitor: null } })
  expect(await stream.next()).toBeUndefined()
})

test('who is erased is gone from the database, the cookie and the stream', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  const stream = await openStream()
  await stream.next()
  const response = await fetch(`${server.url}/v1/visitor`, {
    method: 'DELETE',
    headers: { ...COOKIE, origin: server.url },
  })
  expect(response.status).toBe(204)
  expect(response.headers.get('set-cookie')).toBe('ub_v=; Max-Age=0; Path=/')
  expect(await stream.next()).toBeUndefined()
  expect(server.unblink.readProfile(VISITOR)).toBeUndefined()
  const again = await openStream()
  expect(await again.next()).toMatchObject({ data: { visitor: VISITOR, profile: null, events: [] } })
  await again.close()
})

test.each([
  ['another origin', { origin: 'https://evil.example' }],
  ['a listed origin', { origin: 'https://www.bank.example' }],
  ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ['a neighbour', { 'sec-fetch-site': 'same-site', origin: 'https://www.bank.example' }],
])('%s cannot erase', async (_name, headers) => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  const response = await fetch(`${server.url}/v1/visitor`, { method: 'DELETE', headers: { ...COOKIE, ...headers } })
  expect(response.status).toBe(403)
  expect(server.unblink.readProfile(VISITOR)).toBeDefined()
})

test('behind a rewrite that changes the host, the browser’s word for its own page is enough', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  const headers = { ...COOKIE, origin: 'https://shop.example', 'sec-fetch-site': 'same-origin' }
  expect((await fetch(`${server.url}/v1/visitor`, { method: 'DELETE', headers })).status).toBe(204)
  expect(server.unblink.readProfile(VISITOR)).toBeUndefined()
})

test('the page is served, and may not be framed', async () => {
  const response = await fetch(`${server.url}/live`)
  expect(await response.text()).toBe(livePage())
  expect(response.headers.get('x-frame-options')).toBe('DENY')
})

test('an open stream does not keep the server from stopping', async () => {
  const other = await startTestServer({ live: true })
  const response = await fetch(`${other.url}/v1/live`, { headers: COOKIE })
  await other.stop()
  expect(await response.text()).toContain('event: snapshot')
})

test('a server that is not told to be live shows nobody anything', async () => {
  const quiet = await startTestServer()
  for (const path of ['/live', '/v1/live']) {
    expect((await fetch(`${quiet.url}${path}`, { headers: COOKIE })).status).toBe(404)
  }
  await quiet.stop()
})
