import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { MAX_BATCH_BYTES } from '@unblink/protocol'
import Database from 'libsql'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  COOKIE,
  FROM_PAGE,
  getCookie,
  GRANTED,
  makeBatch,
  makeEvent,
  makeId,
  makeSite,
  post,
  sendBatch,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../../test/startTestServer.ts'
import { createProfile } from '../profile/createProfile.ts'
import { fold } from '../profile/fold.ts'
import { createStore } from '../store/createStore.ts'

let server: TestServer
let reader: Database.Database
beforeEach(async () => {
  server = await startTestServer()
  reader = new Database(join(server.dataDir, 'unblink.db'))
})
afterEach(async () => {
  reader.close()
  await server.stop()
})

interface Row {
  id: string
  visitor: string | null
  at: number
  location: string
  payload: string
}
/** What another process reads of the database: what is committed. */
const readRows = () => reader.prepare('SELECT * FROM events ORDER BY position').all() as Row[]

test('a batch is stored, taught and acknowledged, with fresh decisions for every slot', async () => {
  const event = makeEvent()
  const { status, reply, headers } = await sendBatch(server, [event], {}, COOKIE)
  expect(status).toBe(200)
  expect(reply).toMatchObject({ v: 1, ok: 1, dup: 0, rej: [], next: 0 })
  expect(reply.profile?.decisions).toMatchObject([
    { slot: 'home.hero', variant: 'rates' },
    { slot: 'home.side', reason: 'default' },
  ])
  expect(readRows()).toMatchObject([{ id: event.i, visitor: VISITOR, location: '/mortgage/rates' }])
  expect(headers.get('cache-control')).toBe('private, no-store')
})

test('every acknowledgement stands for rows that another process can already read', async () => {
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const events = [makeEvent(), makeEvent()]
      const { reply } = await sendBatch(server, events, {}, COOKIE)
      expect(reply.ok).toBe(2)
      const ids = readRows().map(({ id }) => id)
      expect(ids).toEqual(expect.arrayContaining(events.map(({ i }) => i)))
    }),
  )
})

test('D11 a repeat is a duplicate without effect, and the first of two contents stands', async () => {
  const event = makeEvent()
  await sendBatch(server, [event, event], {}, COOKIE)
  const profile = server.unblink.readProfile(VISITOR)
  const forged = { ...event, p: { rev: 9, visibleMs: 60_000, activeMs: 60_000 } }
  const { reply } = await sendBatch(server, [event, forged, makeEvent({ t: 'scroll', i: event.i, p: {} })], {}, COOKIE)
  expect(reply).toMatchObject({ ok: 0, dup: 2, rej: [{ i: event.i, c: 'schema' }] })
  expect(server.unblink.readProfile(VISITOR)).toEqual(profile)
  expect(readRows()).toHaveLength(1)
  expect(server.logs).toContainEqual(expect.objectContaining({ code: 'id_conflict', events: 1 }))
})

test('D11 one event on 50 connections at once is stored once and acknowledged on each', async () => {
  const event = makeEvent()
  const body = JSON.stringify(makeBatch([event]))
  const send = () =>
    new Promise<{ ok: number; dup: number }>((resolve, reject) => {
      const headers = { 'content-type': 'text/plain', ...COOKIE, ...FROM_PAGE }
      const sent = httpRequest(`${server.url}/v1/e`, { method: 'POST', agent: false, headers }, (response) => {
        response.setEncoding('utf8')
        let text = ''
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve(JSON.parse(text) as { ok: number; dup: number }))
      })
      sent.on('error', reject)
      sent.end(body)
    })
  const replies = await Promise.all(Array.from({ length: 50 }, send))
  expect(replies.reduce((sum, { ok }) => sum + ok, 0)).toBe(1)
  expect(replies.reduce((sum, { dup }) => sum + dup, 0)).toBe(49)
  expect(readRows()).toHaveLength(1)
  expect(server.unblink.readProfile(VISITOR)?.generation).toBe(1)
})

test('D11 sites of one database are independent', () => {
  const event = makeEvent()
  const stores = ['bank', 'shop'].map((site) => createStore(reader, site))
  expect(stores.map((store) => store.insertEvent({ event, receivedAt: 1 }, VISITOR))).toEqual([true, true])
  stores[0]?.eraseVisitor(VISITOR)
  expect(stores.map((store) => store.getEvents(VISITOR, 9).length)).toEqual([0, 1])
})

test('D10 a bad event is named and the others are stored', async () => {
  const good = [makeEvent(), makeEvent({ t: 'conversion', p: { goal: 'apply' } })]
  const bad = makeEvent({ p: { rev: 'x' } })
  const attributes = makeEvent({ t: 'attributes', p: { set: { tier: 'gold' } } })
  const huge = makeEvent({ t: 'custom', p: { name: 'x', props: { s: 'x'.repeat(17_000) } } })
  const { reply } = await sendBatch(server, [good[0], bad, attributes, huge, good[1]], {}, COOKIE)
  expect(reply.ok).toBe(2)
  expect(reply.rej).toEqual([
    { i: bad.i, c: 'schema' },
    { i: huge.i, c: 'size' },
    { i: attributes.i, c: 'scope' },
  ])
  expect(readRows().map(({ id }) => id)).toEqual(good.map(({ i }) => i))
  expect(server.unblink.readProfile(VISITOR)).toMatchObject({ holdings: ['mortgage'], custom: {} })
})

test.each([
  ['analytics consent is denied', { consent: { ...GRANTED, analytics: 'denied' } }, {}],
  ['analytics consent is pending', { consent: { ...GRANTED, analytics: 'pending' } }, {}],
  ['B18 the browser says Global Privacy Control', {}, { 'sec-gpc': '1' }],
])('when %s nothing is stored, and each event is told so', async (_name, over, headers) => {
  const event = makeEvent()
  const { status, reply } = await sendBatch(server, [event], over, { ...COOKIE, ...headers })
  expect(status).toBe(200)
  expect(reply).toMatchObject({ ok: 0, dup: 0, rej: [{ i: event.i, c: 'consent' }] })
  expect(readRows()).toEqual([])
  expect(server.unblink.readProfile(VISITOR)).toBeUndefined()
})

test('with consent to analytics only, events are kept of nobody and no profile comes back', async () => {
  const { reply, headers } = await sendBatch(server, [makeEvent()], { consent: { analytics: 'granted' } }, COOKIE)
  expect(reply.ok).toBe(1)
  expect(reply).not.toHaveProperty('profile')
  expect(headers.get('set-cookie')).toBeNull()
  expect(readRows()).toMatchObject([{ visitor: null }])
  expect(server.unblink.readProfile(VISITOR)).toBeUndefined()
})

test('events that come before any profile request make the visitor', async () => {
  const { reply, headers } = await sendBatch(server, [makeEvent()])
  expect(getCookie(headers)).toBe(`ub_v=${reply.profile?.visitor}`)
  expect(readRows()).toMatchObject([{ visitor: reply.profile?.visitor }])
})

test('C17 a device clock that is years off does not move the event in time', async () => {
  const skew = -10 * 365 * 86_400_000
  const sentAt = Date.now() + skew
  const before = Date.now()
  await sendBatch(server, [makeEvent({ at: sentAt - 5_000 })], { sentAt }, COOKIE)
  const [row] = readRows()
  expect(row?.at).toBeGreaterThanOrEqual(before - 5_000)
  expect(row?.at).toBeLessThanOrEqual(Date.now() - 5_000)
})

test('C17 an event is never in the future, nor older than a client keeps one', async () => {
  const sentAt = Date.now()
  await sendBatch(server, [makeEvent({ at: sentAt + 9e9 }), makeEvent({ at: 0 })], { sentAt }, COOKIE)
  const [first, second] = readRows()
  expect(first?.at).toBeLessThanOrEqual(Date.now())
  expect(second?.at).toBeGreaterThanOrEqual(sentAt - 7 * 86_400_000)
})

test('E10 unlisted query parameters and e-mail addresses never reach the disk', async () => {
  const source = { class: 'direct', host: 'x' }
  await sendBatch(
    server,
    [
      makeEvent({
        t: 'page_view',
        lo: '/mortgage/jane.doe%40mail.example/x?utm_source=news&token=abc#frag',
        p: { kind: 'load', title: 'Hello\njane.doe@mail.example!', source },
      }),
      makeEvent({ t: 'interaction', p: { kind: 'click', target: 'a', href: '/x?token=abc' } }),
    ],
    {},
    COOKIE,
  )
  const rows = readRows()
  expect(rows[0]?.location).toBe('/mortgage/[email]/x?utm_source=news')
  expect(JSON.parse(rows[0]?.payload ?? '')).toMatchObject({ title: 'Hello\n[email]!' })
  expect(JSON.stringify(rows)).not.toMatch(/jane|abc|frag/)
})

test.each([
  ['malformed JSON', '{"v":1,', 400, 'json'],
  ['invalid UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400, 'not_utf8'],
  ['a broken envelope', { ...makeBatch([]), events: {} }, 400, 'schema'],
  ['an unknown key', makeBatch([], { key: 'other' }), 403, 'key'],
  ['D9 a million brackets', '['.repeat(200_000), 400, 'depth'],
  ['D9 a deep envelope', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 400, 'depth'],
  ['a number above all numbers', '{"v":1e999}', 400, 'schema'],
])('%s is refused', async (_name, body, status, code) => {
  const response = await post(`${server.url}/v1/e`, body, COOKIE)
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error: { code } })
  expect(readRows()).toEqual([])
})

test('E4 another origin is refused before its body is read', async () => {
  const { status } = await sendBatch(server, [makeEvent()], {}, { ...COOKIE, origin: 'https://evil.example' })
  expect(status).toBe(403)
  expect(readRows()).toEqual([])
})

test('a body one byte above the cap is 413, at the cap it is read', async () => {
  const pad = (bytes: number) => {
    const text = JSON.stringify(makeBatch([], { pad: '' }))
    return text.replace('"pad":""', `"pad":"${'x'.repeat(bytes - text.length)}"`)
  }
  expect((await post(`${server.url}/v1/e`, pad(MAX_BATCH_BYTES), COOKIE)).status).toBe(200)
  expect((await post(`${server.url}/v1/e`, pad(MAX_BATCH_BYTES + 1), COOKIE)).status).toBe(413)
})

test('D8 a sender without a length is stopped at the cap, however much it would send', async () => {
  const { port } = new URL(server.url)
  const { answer, sent } = await new Promise<{ answer: string; sent: number }>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1')
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    let sent = 0
    let answer = ''
    const pump = () => {
      while (sent < 64 * 1024 * 1024 && !socket.destroyed) {
        sent += 0x10000
        if (!socket.write(chunk)) return void socket.once('drain', pump)
      }
    }
    socket.on('data', (data) => {
      answer += data.toString()
      socket.destroy()
    })
    socket.on('error', () => undefined) // the server may reset what it no longer reads
    socket.on('close', () => resolve({ answer, sent }))
    socket.write(
      'POST /v1/e HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    pump()
  })
  expect(answer).toMatch(/^HTTP\/1.1 413/)
  expect(sent).toBeLessThan(64 * 1024 * 1024)
})

test('while the database is locked by another process there is no acknowledgement but 503, and later the same batch is stored', async () => {
  const event = makeEvent()
  reader.exec('BEGIN IMMEDIATE')
  const refused = await post(`${server.url}/v1/e`, makeBatch([event]), COOKIE)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(refused.headers.get('set-cookie')).toBeNull()
  expect(await refused.json()).toMatchObject({ error: { code: 'storage' } })
  reader.exec('ROLLBACK')
  expect((await sendBatch(server, [event], {}, COOKIE)).reply).toMatchObject({ ok: 1, dup: 0 })
})

test('a server that is closing takes no more events, and says when to come back', async () => {
  await server.unblink.close()
  const response = await post(`${server.url}/v1/e`, makeBatch([makeEvent()]), COOKIE)
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('1')
})

test('what pages had to give up is told to the operator', async () => {
  await sendBatch(server, [], { drops: { overflow: 3 } }, COOKIE)
  expect(server.logs).toContainEqual(expect.objectContaining({ code: 'client_drops', drops: { overflow: 3 } }))
})

test('D13 replaying the stored events gives the stored profile', async () => {
  const types = [
    makeEvent({ t: 'page_view', p: { kind: 'load', title: '', source: { class: 'direct' } } }),
    makeEvent({ p: { rev: 2, visibleMs: 9_000, activeMs: 8_000 } }),
    makeEvent({ p: { rev: 1, visibleMs: 4_000, activeMs: 4_000 } }),
    makeEvent({ t: 'conversion', p: { goal: 'apply' } }),
    makeEvent({ t: 'custom', p: { name: 'x' }, i: makeId() }),
  ]
  await sendBatch(server, types.slice(0, 2), {}, COOKIE)
  await server.unblink.setAttributes(VISITOR, { tier: 'gold' })
  await sendBatch(server, types.slice(2), {}, COOKIE)
  const events = createStore(reader, 'bank').getEvents(VISITOR, 100)
  const replayed = events.reduce((profile, { event }) => fold(profile, event, makeSite()), createProfile(VISITOR))
  expect(events).toHaveLength(6)
  expect(replayed).toEqual(server.unblink.readProfile(VISITOR))
})
