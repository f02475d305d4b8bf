import { afterEach, expect, test, vi } from 'vitest'
import { PROFILE_SPACE, PROFILE_TOKEN, startProfileApi } from '../../test/startProfileApi.ts'
import type { StandIn } from '../../test/startStandIn.ts'
import { MOMENTS_DOMAIN, MOMENTS_ENGINE, startMomentsApi } from '../../test/startMomentsApi.ts'
import {
  askProfile,
  COOKIE,
  GRANTED,
  makeEvent,
  makeSite,
  sendBatch,
  SERVER_KEY,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../../test/startTestServer.ts'
import { parseSite } from '../site/parseSite.ts'
import type { SiteInput } from '../site/siteInput.ts'
import type { ProfileSourceInput } from './profileSource.ts'

const undos: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const undo of undos.splice(0).reverse()) await undo()
})

const keep = async <T extends { readonly stop: () => unknown }>(starting: Promise<T>): Promise<T> => {
  const started = await starting
  undos.push(started.stop)
  return started
}

const toProfileApi = ({ origin }: StandIn, over: Partial<ProfileSourceInput> = {}): ProfileSourceInput => ({
  id: 'cdp',
  url: `${origin}/v1/spaces/${PROFILE_SPACE}/collections/users/profiles/anonymous_id:{{visitor}}/traits?limit=200`,
  headers: { authorization: { env: 'PROFILE_TOKEN', as: 'basic' } },
  map: { tier: '$.traits.plan', city: '$.traits.city', holdings: { path: '$.traits.products', type: 'list' } },
  ...over,
})

const toMomentsApi = ({ origin }: StandIn, over: Partial<ProfileSourceInput> = {}): ProfileSourceInput => ({
  id: 'moments',
  url: `${origin}${MOMENTS_ENGINE}/visitors/{{visitor}}?suppressNotFound=true`,
  headers: { referer: MOMENTS_DOMAIN },
  map: { tier: '$.properties.tier', groups: '$.audiences', holdings: { path: '$.badges', type: 'list', default: [] } },
  ...over,
})

/** Both know the visitor. The budget is the longest, for machines with other things to do. */
const start = async (
  make: (services: { cdp: StandIn; tealium: StandIn }) => Partial<SiteInput>,
): Promise<{ cdp: StandIn; tealium: StandIn; server: TestServer }> => {
  vi.stubEnv('PROFILE_TOKEN', PROFILE_TOKEN)
  const cdp = await keep(
    startProfileApi({ [`anonymous_id:${VISITOR}`]: { plan: 'gold', city: 'York', products: ['card'] } }),
  )
  const tealium = await keep(
    startMomentsApi({ [VISITOR]: { audiences: ['VIP'], badges: ['savings'], properties: { tier: 'silver' } } }),
  )
  const site = makeSite({
    expose: ['tier', 'city', 'groups', 'holdings'],
    profileTimeoutMs: 2_000,
    ...make({ cdp, tealium }),
  })
  return { cdp, tealium, server: await keep(startTestServer({ site })) }
}

const ask = async (server: TestServer, over: object = {}) =>
  (await askProfile(server, { slots: { 'home.side': {} }, ...over }, COOKIE)).reply

const readMetric = async ({ url }: TestServer, name: string) => {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${SERVER_KEY}` } })).text()
  return Object.fromEntries(
    [...text.matchAll(new RegExp(`^unblink_profile_source_${name}\\{source="([^"]*)"\\} (\\S+)$`, 'gm'))].map(
      ([, source, value]) => [source!, Number(value)],
    ),
  )
}

test('what Segment and Tealium know decides, the first above the second, and beneath what is stored', async () => {
  const { cdp, tealium, server } = await start(({ cdp, tealium }) => ({
    profileSources: [toProfileApi(cdp), toMomentsApi(tealium)],
  }))
  const reply = await ask(server)
  expect(reply).toMatchObject({
    attributes: { tier: 'gold', city: 'York', groups: ['VIP'] },
    audiences: ['gold'],
    decisions: [{ slot: 'home.side', experience: 'side', variant: 'lounge', reason: 'targeting_match' }],
  })
  expect([...(reply.attributes['holdings'] as string[])].sort()).toEqual(['card', 'savings'])
  await server.unblink.setAttributes(VISITOR, { tier: 'bronze' })
  expect(await ask(server)).toMatchObject({ attributes: { tier: 'bronze', city: 'York' }, audiences: [] })
  expect([cdp.asked.length, tealium.asked.length]).toEqual([1, 1])
  expect([await readMetric(server, 'calls_total'), await readMetric(server, 'hits_total')]).toEqual([
    { cdp: 1, moments: 1 },
    { cdp: 1, moments: 1 },
  ])
})

test('the order of the sources is that of their words', async () => {
  const { server } = await start(({ cdp, tealium }) => ({
    profileSources: [toMomentsApi(tealium), toProfileApi(cdp)],
  }))
  expect(await ask(server)).toMatchObject({ attributes: { tier: 'silver', city: 'York' }, audiences: [] })
})

test('a function of the site lies above them, and they count in the reply to events too', async () => {
  const { server } = await start(({ cdp }) => ({
    profile: async () => ({ city: 'Leeds' }),
    profileSources: [toProfileApi(cdp)],
  }))
  expect(await ask(server)).toMatchObject({ attributes: { tier: 'gold', city: 'Leeds' }, audiences: ['gold'] })
  const { reply } = await sendBatch(server, [makeEvent()], {}, COOKIE)
  expect(reply.profile).toMatchObject({ attributes: { city: 'Leeds' }, audiences: ['mortgage', 'gold'] })
})

test('who is late is not waited for, and takes nothing from who is not; its word counts from the next request on', async () => {
  const { cdp, server } = await start(({ cdp, tealium }) => ({
    profileTimeoutMs: 50,
    profileSources: [
      toProfileApi(cdp, { map: { tier: '$.traits.plan' }, timeoutMs: 10_000 }),
      toMomentsApi(tealium, { map: { groups: '$.audiences' }, timeoutMs: 10_000 }),
    ],
  }))
  const release = cdp.pause()
  // A slow machine may be late for the first times.
  await vi.waitFor(async () => expect((await ask(server)).attributes).toHaveProperty('groups'), 20_000)
  expect(await ask(server)).toMatchObject({
    attributes: { groups: ['VIP'] },
    audiences: [],
    decisions: [{ slot: 'home.side', reason: 'default' }],
  })
  expect(cdp.asked).toHaveLength(1)
  expect(await readMetric(server, 'failures_total')).toEqual({ cdp: 0, moments: 0 })
  expect((await readMetric(server, 'late_total'))['cdp']).toBeGreaterThan(0)
  release()
  await vi.waitFor(async () => expect((await ask(server)).audiences).toEqual(['gold']), 20_000)
  expect(cdp.asked).toHaveLength(1)
}, 60_000)

test('a source that hangs or fails is left alone after a while, and the decisions stay', async () => {
  const { cdp, server } = await start(({ cdp, tealium }) => ({
    profileSources: [
      toProfileApi(cdp, { breaker: { failures: 2, coolDownSeconds: 3_600 } }),
      toMomentsApi(tealium, { map: { tier: '$.properties.tier' } }),
    ],
  }))
  cdp.mood = 'failing'
  for (let times = 0; times < 5; times++) expect(await ask(server)).toMatchObject({ attributes: { tier: 'silver' } })
  expect(cdp.asked).toHaveLength(2)
  expect(await readMetric(server, 'open')).toEqual({ cdp: 1, moments: 0 })
  const codes = server.logs.map(({ code, source }) => `${code} ${String(source)}`)
  expect(codes).toEqual(['profile_source cdp', 'profile_source_open cdp'])
  expect(JSON.stringify(server.logs)).not.toContain(VISITOR)
})

test('nobody is asked without consent', async () => {
  const { cdp, server } = await start(({ cdp }) => ({ profileSources: [toProfileApi(cdp)] }))
  await ask(server, { consent: { ...GRANTED, personalization: 'denied' } })
  await ask(server, { consent: { ...GRANTED, personalization: 'pending' } })
  expect(cdp.asked).toEqual([])
})

test('who is erased is asked for anew', async () => {
  const { cdp, server } = await start(({ cdp }) => ({ profileSources: [toProfileApi(cdp)] }))
  await ask(server)
  const headers = { authorization: `Bearer ${SERVER_KEY}` }
  expect((await fetch(`${server.url}/v1/visitors/${VISITOR}`, { method: 'DELETE', headers })).ok).toBe(true)
  await ask(server)
  expect(cdp.asked).toHaveLength(2)
})

test('pages are told neither the secrets nor the addresses', async () => {
  const { server } = await start(({ cdp }) => ({ profileSources: [toProfileApi(cdp)] }))
  const manifest = await (await fetch(`${server.url}/v1/m?key=bank-page`)).text()
  expect(manifest).toContain('"hero"')
  for (const hidden of ['127.0.0.1', 'PROFILE_TOKEN', PROFILE_TOKEN, 'profileSources'])
    expect(manifest).not.toContain(hidden)
})

test('a config that is read again keeps what a source has learnt, and drops it with the source', async () => {
  const { cdp, server } = await start(({ cdp }) => ({ profileSources: [toProfileApi(cdp)] }))
  const publish = (over: Partial<SiteInput>) => server.unblink.publish(makeSite({ profileTimeoutMs: 2_000, ...over }))
  await ask(server)
  publish({ expose: ['tier'], profileSources: [toProfileApi(cdp)] })
  expect(await ask(server)).toMatchObject({ attributes: { tier: 'gold' } })
  expect(cdp.asked).toHaveLength(1)
  publish({ expose: ['tier'] })
  expect(await ask(server)).toMatchObject({ attributes: {}, audiences: [] })
  expect(await readMetric(server, 'open')).toEqual({})
})

const good: ProfileSourceInput = { id: 'cdp', url: 'https://cdp.example/p/{{visitor}}', map: { tier: '$.tier' } }

test('what is left out has a default', () => {
  const site = parseSite({ id: 'bank', keys: { browser: 'k' }, slots: {}, profileSources: [good] })
  expect(site.ok && site.value.profileSources).toEqual([
    {
      ...good,
      method: 'GET',
      headers: {},
      timeoutMs: 1_000,
      cacheSeconds: 60,
      missSeconds: 30,
      staleSeconds: 300,
      breaker: { failures: 5, coolDownSeconds: 5 },
      maxBytes: 65_536,
    },
  ])
})

test.each<[object, string]>([
  [{ url: 'https://{{tenant}}.example/p/{{visitor}}' }, '[0].url: only path and query can be filled in'],
  [{ url: 'https://cdp.example:{{port}}/p' }, '[0].url: expected an address like'],
  [{ url: 'https://u:p@cdp.example/{{visitor}}' }, '[0].url: leave user and password out'],
  [{ url: 'file:///etc/{{visitor}}' }, '[0].url: expected an address like'],
  [{ url: 'https://cdp.example/{{ visitor }}' }, '[0].url: expected {{visitor}}, {{user}} or the path'],
  [{ url: 'https://cdp.example/p' }, '[0]: nothing says whose profile is asked for'],
  [{ body: { id: '{{visitor}}' } }, '[0]: a body is sent by POST only; add method: "POST"'],
  [{ headers: { authorization: 'Bearer abc' } }, '[0].headers: "authorization" is a secret'],
  [{ headers: { 'x-api-key': 'abc' } }, '[0].headers: "x-api-key" is a secret'],
  [{ headers: { Host: 'a' } }, 'expected the name of a header in small letters'],
  [{ headers: { host: 'a' } }, 'this header is set by the connection itself'],
  [{ headers: { authorization: { env: 'a b' } } }, 'authorization'],
  [{ map: {} }, '[0].map: expected at least one attribute'],
  [{ map: { visits: '$.v' } }, 'the server works this out itself'],
  [{ map: { tier: 'profile.tier' } }, 'tier'],
  [{ timeoutMs: 20_000 }, '[0].timeoutMs: expected milliseconds from 1 to 10 000'],
])('%j is refused, and the error says what to do', (over, message) => {
  const site = parseSite({ id: 'bank', keys: { browser: 'k' }, slots: {}, profileSources: [{ ...good, ...over }] })
  expect(site.ok ? '' : site.error).toContain(message)
  expect(site.ok ? '' : site.error).not.toContain('abc')
})

test('two sources cannot have one name', () => {
  const site = parseSite({ id: 'bank', keys: { browser: 'k' }, slots: {}, profileSources: [good, good] })
  expect(site.ok ? '' : site.error).toContain('two profile sources have the id "cdp"')
})
