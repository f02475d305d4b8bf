import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import {
  askProfile,
  COOKIE,
  GRANTED,
  makeEvent,
  makeSite,
  sendBatch,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../../test/startTestServer.ts'
import type { SiteInput } from './siteInput.ts'

const undos: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of undos.splice(0).reverse()) await undo()
})

const start = async (over: Partial<SiteInput>, now = Date.now): Promise<TestServer> => {
  const server = await startTestServer({ site: makeSite({ expose: ['tier', 'city', 'visits.count'], ...over }), now })
  undos.push(server.stop)
  return server
}

/** Another server, whose pages are profiles. */
const serveProfiles = async (listener: RequestListener): Promise<string> => {
  const other = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  undos.push(() => new Promise((resolve) => (other.closeAllConnections(), other.close(resolve))))
  return `http://127.0.0.1:${(other.address() as AddressInfo).port}/p/{{visitor}}`
}

const ask = async (server: TestServer, over: object = {}) =>
  (await askProfile(server, { slots: { 'home.side': {} }, ...over }, COOKIE)).reply

const getFailures = ({ logs }: TestServer) =>
  logs.filter(({ code }) => code === 'profile_source').map(({ message }) => message)

test('what a function knows of the visitor counts beneath what is stored', async () => {
  const asked: unknown[] = []
  const server = await start({
    profileTimeoutMs: 2_000,
    profile: async ({ visitor, url, attributes }) => {
      asked.push([visitor, url, attributes['tier']])
      return { tier: 'gold', city: 'york' }
    },
  })
  expect(await ask(server, { url: '/loans' })).toMatchObject({
    attributes: { tier: 'gold', city: 'york' },
    audiences: ['gold'],
    decisions: [{ experience: 'side' }],
  })
  expect(asked).toEqual([[VISITOR, '/loans', undefined]])
  await server.unblink.setAttributes(VISITOR, { tier: 'silver' })
  expect(await ask(server)).toMatchObject({ attributes: { tier: 'silver', city: 'york' }, audiences: [] })
})

test('holdings are those of both', async () => {
  const server = await start({
    expose: ['holdings'],
    profileTimeoutMs: 2_000,
    profile: async () => ({ holdings: ['card', 'mortgage'] }),
  })
  await server.unblink.setAttributes(VISITOR, { holdings: ['card', 'savings'] })
  expect(await ask(server)).toMatchObject({ attributes: { holdings: ['card', 'savings', 'mortgage'] } })
})

test('it counts in the reply to events too, so that a visit does not change its mind', async () => {
  const server = await start({ profileTimeoutMs: 2_000, profile: async () => ({ tier: 'gold' }) })
  const { reply } = await sendBatch(server, [makeEvent()], {}, COOKIE)
  expect(reply.profile?.audiences).toContain('gold')
})

test('nobody is asked without consent', async () => {
  let asked = 0
  const server = await start({ profile: async () => ({ n: ++asked }) })
  await ask(server, { consent: { ...GRANTED, personalization: 'denied' } })
  await ask(server, { consent: { ...GRANTED, personalization: 'pending' } })
  expect(asked).toBe(0)
})

test.each<[string, NonNullable<SiteInput['profile']>, string]>([
  ['rejects', () => Promise.reject(new Error('no route')), 'no route'],
  [
    'throws',
    () => {
      throw new Error('at once')
    },
    'at once',
  ],
  ['never answers', () => new Promise(() => {}), 'no answer within 50 ms'],
  ['answers with a list', async () => [] as never, 'its answer: expected an object of attributes'],
  ['answers with what is worked out', async () => ({ visits: 9 }), 'its answer.visits: is worked out from events'],
  ['answers with a function', async () => ({ a: () => 1 }) as never, 'its answer: not plain JSON'],
])('one that %s leaves what is stored, and is told', async (_name, profile, message) => {
  const server = await start({ profile })
  await server.unblink.setAttributes(VISITOR, { tier: 'gold' })
  expect(await ask(server)).toMatchObject({ attributes: { tier: 'gold', visits: { count: 1 } }, audiences: ['gold'] })
  expect(getFailures(server)).toEqual([expect.stringContaining(`profile() gave no attributes: ${message}`)])
})

test('failures are told once a minute, with their number', async () => {
  let at = 1_700_000_000_000
  const server = await start({ profile: () => Promise.reject(new Error('down')) }, () => at)
  for (let times = 0; times < 3; times++) await ask(server)
  at += 60_000
  await ask(server)
  const told = server.logs.filter(({ code }) => code === 'profile_source')
  expect(told.map(({ failures }) => failures)).toEqual([1, 3])
})

test('its time over, it is told by the signal', async () => {
  let signal: AbortSignal | undefined
  const server = await start({
    profileTimeoutMs: 1,
    profile: (request) => {
      signal = request.signal
      return new Promise(() => {})
    },
  })
  await ask(server)
  expect(signal?.aborted).toBe(true)
})

test('an address is asked for the visitor', async () => {
  const paths: unknown[] = []
  const profileUrl = await serveProfiles((request, response) => {
    paths.push(request.url)
    response.setHeader('content-type', 'application/json').end('{"tier":"gold"}')
  })
  const server = await start({ profileUrl, profileTimeoutMs: 2_000 })
  expect(await ask(server)).toMatchObject({ attributes: { tier: 'gold' }, audiences: ['gold'] })
  expect(paths).toEqual([`/p/${VISITOR}`])
})

test.each<[string, RequestListener, string[]]>([
  ['nobody knows the visitor', (_request, response) => response.writeHead(404).end(), []],
  ['fails', (_request, response) => response.writeHead(500).end(), ['status 500']],
  ['is no JSON', (_request, response) => response.end('<html>'), ['is not valid JSON']],
  ['is too large', (_request, response) => response.end(`{"a":"${'x'.repeat(70_000)}"}`), ['more than 65536 bytes']],
  ['leads elsewhere', (_request, response) => response.writeHead(302, { location: '/' }).end(), ['fetch failed']],
])('an address that %s leaves what is stored', async (_name, listener, messages) => {
  const server = await start({ profileUrl: await serveProfiles(listener), profileTimeoutMs: 2_000 })
  await server.unblink.setAttributes(VISITOR, { tier: 'gold' })
  expect(await ask(server)).toMatchObject({ attributes: { tier: 'gold' } })
  expect(getFailures(server)).toEqual(messages.map((message) => expect.stringContaining(message) as string))
})
