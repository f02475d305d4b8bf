import type { ProfileReply } from '@unblink/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { callWithKey, identify, prove } from '../../test/openIdentity.ts'
import {
  askProfile,
  COOKIE,
  getCookie,
  makeEvent,
  makeRequest,
  post,
  sendBatch,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../../test/startTestServer.ts'

const LAPTOP = '11111111-1111-4111-8111-111111111111'
const LISTED = 'https://www.bank.example'
const cookieOf = (visitor: string) => ({ cookie: `ub_v=${visitor}` })

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.stop())

const readIntent = async (visitor: string) => (await askProfile(server, {}, cookieOf(visitor))).reply.audiences

test('what was learnt before the log-in counts for the user, on their other devices, too', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  const response = await identify(server, 'u-17')
  expect(response.status).toBe(200)
  expect(response.headers.get('set-cookie')).toBeNull()
  expect(response.headers.get('cache-control')).toBe('private, no-store')
  const reply = (await response.json()) as ProfileReply
  expect(reply).toMatchObject({ visitor: VISITOR, audiences: ['mortgage'], decisions: [{ variant: 'rates' }] })

  expect(await readIntent(LAPTOP)).toEqual([])
  const other = await identify(server, 'u-17', { proof: prove('u-17', { visitor: LAPTOP }) }, cookieOf(LAPTOP))
  expect(((await other.json()) as ProfileReply).visitor).toBe(LAPTOP)
  expect(await readIntent(LAPTOP)).toEqual(['mortgage'])
})

test('the reply names no user, and no visitor but the one who asked', async () => {
  await identify(server, 'u-17')
  const response = await identify(server, 'u-17', { proof: prove('u-17', { visitor: LAPTOP }) }, cookieOf(LAPTOP))
  const text = JSON.stringify([...response.headers]) + (await response.text())
  expect(text).not.toContain('u-17')
  expect(text).not.toContain(VISITOR)
})

test('after the log-out the browser is somebody else, of whom nothing is known', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  await identify(server, 'u-17')
  const response = await post(`${server.url}/v1/logout`, makeRequest(), COOKIE)
  expect(response.status).toBe(200)
  const reply = (await response.json()) as ProfileReply
  expect(reply).toMatchObject({ generation: 0, audiences: [] })
  expect(reply.visitor).not.toBe(VISITOR)
  expect(getCookie(response.headers)).toBe(`ub_v=${reply.visitor}`)
  expect(await readIntent(VISITOR)).toEqual([])
  const back = await identify(
    server,
    'u-17',
    { proof: prove('u-17', { visitor: reply.visitor! }) },
    cookieOf(reply.visitor!),
  )
  expect(((await back.json()) as ProfileReply).audiences).toEqual(['mortgage'])
})

test('E2 a proof is good once: not again after the log-out', async () => {
  const proof = prove('u-17')
  expect((await identify(server, 'u-17', { proof })).status).toBe(200)
  // The page that is loaded again may hand on the same proof: it says nothing new.
  expect((await identify(server, 'u-17', { proof })).status).toBe(200)
  await post(`${server.url}/v1/logout`, makeRequest(), COOKIE)
  const again = await identify(server, 'u-17', { proof })
  expect(again.status).toBe(401)
  expect(await again.json()).toMatchObject({ error: { code: 'proof_used' } })
  expect(await readIntent(VISITOR)).toEqual([])
})

test('a page of a listed origin, whose cookie was refused, is identified by the id that the reply named', async () => {
  const response = await identify(server, 'u-17', { visitor: VISITOR }, { origin: LISTED })
  expect(response.status).toBe(200)
  expect(response.headers.get('access-control-allow-origin')).toBe(LISTED)
  expect(getCookie(response.headers)).toBe(`ub_v=${VISITOR}`)
})

test('another user at the same browser gets another visitor', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  await identify(server, 'ann')
  const response = await identify(server, 'bob')
  const reply = (await response.json()) as ProfileReply
  expect(reply.audiences).toEqual([])
  expect(reply.visitor).not.toBe(VISITOR)
  expect(getCookie(response.headers)).toBe(`ub_v=${reply.visitor}`)
})

test('the site’s own server says who a visitor is, and takes it back', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  const put = await callWithKey(server, 'PUT', `/v1/visitors/${VISITOR}/user`, { body: { user: 'u-17' } })
  expect(await put.json()).toEqual({ v: 1, visitor: VISITOR })
  await callWithKey(server, 'PUT', `/v1/visitors/${LAPTOP}/user`, { body: { user: 'u-17' } })
  expect(await readIntent(LAPTOP)).toEqual(['mortgage'])

  expect((await callWithKey(server, 'POST', `/v1/visitors/${VISITOR}/unmerge`)).status).toBe(204)
  expect(await readIntent(LAPTOP)).toEqual([])
  expect(await readIntent(VISITOR)).toEqual(['mortgage'])
  expect((await callWithKey(server, 'POST', `/v1/visitors/${VISITOR}/unmerge`)).status).toBe(404)

  expect((await callWithKey(server, 'DELETE', `/v1/visitors/${LAPTOP}/user`)).status).toBe(204)
  await sendBatch(server, [makeEvent()], {}, cookieOf(LAPTOP))
  expect(await readIntent(LAPTOP)).toEqual(['mortgage'])
})
