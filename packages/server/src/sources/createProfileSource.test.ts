import type { Attributes } from '@unblink/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PROFILE_SPACE, PROFILE_TOKEN, startProfileApi, type KnownProfiles } from '../../test/startProfileApi.ts'
import { startStandIn, type StandIn } from '../../test/startStandIn.ts'
import { MOMENTS_DOMAIN, MOMENTS_ENGINE, startMomentsApi } from '../../test/startMomentsApi.ts'
import type { LogRecord } from '../log.ts'
import { createRegistry } from '../metrics/createRegistry.ts'
import { parseSite } from '../site/parseSite.ts'
import { createProfileSource, type ProfileSource } from './createProfileSource.ts'
import { createProfileSourceMetrics } from './createProfileSourceMetrics.ts'
import type { ProfileSourceInput } from './profileSource.ts'

const ANN = 'b6e5c3de-6f0e-4c7b-9a53-0c3d3f0a8b11'
const KNOWN: Readonly<Record<string, unknown>> = {
  a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10,
  plan: 'gold',
  'Campaign Name': 'Organic',
  emails_opened_last_30_days: '33',
  big_spender: 'yes',
} // prettier-ignore

const undos: (() => unknown)[] = []
let clock = { ms: 0 }
let logs: LogRecord[] = []
let told: string[] = []
let registry = createRegistry()
beforeEach(() => {
  clock = { ms: 1_000 }
  logs = []
  told = []
  registry = createRegistry()
})
afterEach(async () => {
  for (const undo of undos.splice(0).reverse()) await undo()
})

const keep = async (starting: Promise<StandIn>) => {
  const standIn = await starting
  undos.push(standIn.stop)
  return standIn
}

/** As the server makes it of what is written in a config. */
const open = (
  input: ProfileSourceInput,
  { env = { CDP_TOKEN: PROFILE_TOKEN }, maxCached }: { env?: Record<string, string>; maxCached?: number } = {},
): ProfileSource => {
  const site = parseSite({ id: 'bank', keys: { browser: 'k' }, slots: {}, profileSources: [input] })
  if (!site.ok) throw new Error(site.error)
  const source: ProfileSource = createProfileSource({
    settings: site.value.profileSources![0]!,
    env,
    metrics: createProfileSourceMetrics(registry, () => [source]),
    log: (record) => void logs.push(record),
    tell: (why) => void told.push(why),
    now: Date.now,
    getTime: () => clock.ms,
    ...(maxCached === undefined ? {} : { maxCached }),
  })
  undos.push(source.close)
  return source
}

const toProfileApi = ({ origin }: StandIn, over: Partial<ProfileSourceInput> = {}): ProfileSourceInput => ({
  id: 'cdp',
  url: `${origin}/v1/spaces/${PROFILE_SPACE}/collections/users/profiles/anonymous_id:{{visitor}}/traits?limit=200`,
  headers: { authorization: { env: 'CDP_TOKEN', as: 'basic' } },
  map: {
    tier: '$.traits.plan',
    campaign: '$.traits["Campaign Name"]',
    mailsOpened: { path: '$.traits.emails_opened_last_30_days', type: 'number', default: 0 },
    bigSpender: { path: '$.traits.big_spender', type: 'boolean', default: false },
  },
  timeoutMs: 10_000,
  ...over,
})

const ask = async (source: ProfileSource, visitor = ANN, attributes: Attributes = {}, user?: string) =>
  source.ask({ visitor, attributes, user })

const count = (name: string) =>
  Number(new RegExp(`^unblink_profile_source_${name}\\{[^}]*\\} (\\d+)$`, 'm').exec(registry.format())?.[1])

const startProfileApiOfAnn = (profiles: KnownProfiles = { [`anonymous_id:${ANN}`]: KNOWN }) =>
  keep(startProfileApi(profiles))

test('the traits of Segment become attributes, made what the mapping says', async () => {
  const cdp = await startProfileApiOfAnn()
  const source = open(toProfileApi(cdp))
  expect(await ask(source)).toEqual({ tier: 'gold', campaign: 'Organic', mailsOpened: 33, bigSpender: true })
  expect(cdp.refused).toEqual([])
})

test('whom Segment does not know has no attributes, and is not asked for again at once', async () => {
  const cdp = await startProfileApiOfAnn({})
  const source = open(toProfileApi(cdp, { missSeconds: 30 }))
  expect([await ask(source), await ask(source)]).toEqual([undefined, undefined])
  expect([cdp.asked.length, count('calls_total'), count('misses_total'), count('hits_total')]).toEqual([1, 1, 1, 1])
  clock.ms += 30_000
  await ask(source)
  expect(cdp.asked).toHaveLength(2)
  expect(told).toEqual([])
})

test.each<[string, Partial<ProfileSourceInput>, Record<string, string>, string]>([
  ['another token', {}, { CDP_TOKEN: 'wrong' }, 'status 401'],
  ['no token', { headers: {} }, {}, 'status 401'],
])('Segment refuses %s, and that is told', async (_name, over, env, why) => {
  const cdp = await startProfileApiOfAnn()
  expect(await ask(open(toProfileApi(cdp, over), { env }))).toBeUndefined()
  expect([told, cdp.refused]).toEqual([[why], ['No valid access token was given.']])
})

test('without its secret a source is never asked, and the log names the variable', async () => {
  const cdp = await startProfileApiOfAnn()
  expect(await ask(open(toProfileApi(cdp), { env: {} }))).toBeUndefined()
  expect(cdp.asked).toEqual([])
  expect(logs).toEqual([
    expect.objectContaining({
      code: 'profile_source_secret',
      message: expect.stringContaining('the environment variable CDP_TOKEN is not set') as string,
    }),
  ])
})

test('what an engine of Tealium tells becomes attributes, and an empty answer is nobody', async () => {
  const visitor = {
    audiences: ['VIP', 'Lifetime visit count'],
    badges: ['13'],
    properties: { '5050': 'mortgage' },
    metrics: { '5048': 12.5 },
    flags: { '5052': true },
    dates: { '5054': 1_700_000_000_000 },
  }
  const tealium = await keep(startMomentsApi({ [ANN]: visitor }))
  const source = open({
    id: 'tealium',
    url: `${tealium.origin}${MOMENTS_ENGINE}/visitors/{{visitor}}?suppressNotFound=true`,
    headers: { referer: MOMENTS_DOMAIN },
    map: {
      groups: { path: '$.audiences', type: 'list', default: [] },
      firstGroup: '$.audiences[0]',
      interest: '$.properties["5050"]',
      value: '$.metrics["5048"]',
      isOwner: '$.flags["5052"]',
      since: '$.dates["5054"]',
    },
    timeoutMs: 10_000,
  })
  expect(await ask(source)).toEqual({
    groups: ['VIP', 'Lifetime visit count'],
    firstGroup: 'VIP',
    interest: 'mortgage',
    value: 12.5,
    isOwner: true,
    since: 1_700_000_000_000,
  })
  expect(await ask(source, 'nobody')).toBeUndefined()
  expect([tealium.refused, told, count('misses_total')]).toEqual([[], [], 1])
})

test('Tealium refuses who is not of its domains', async () => {
  const tealium = await keep(startMomentsApi({ [ANN]: {} }))
  const url = `${tealium.origin}${MOMENTS_ENGINE}/visitors/{{visitor}}`
  expect(await ask(open({ id: 'tealium', url, map: { a: '$.a' }, timeoutMs: 10_000 }))).toBeUndefined()
  expect([told, tealium.refused]).toEqual([['status 403'], ['not for nobody']])
})

test('a user and attributes are filled in, encoded; who lacks one is not asked for', async () => {
  const seen: string[] = []
  const other = await keep(
    startStandIn(({ method, url, headers }, body) => {
      seen.push(`${method} ${url} ${headers['content-type']} ${body}`)
      return { status: 200, json: { tier: 'gold' } }
    }),
  )
  const source = open({
    id: 'own',
    url: `${other.origin}/u/{{user}}?mail={{crm.mail}}`,
    method: 'POST',
    body: { id: '{{visitor}}', query: 'of {{user}}', age: '{{age}}', fixed: [1, null] },
    map: { tier: '$.tier' },
    timeoutMs: 10_000,
  })
  const attributes = { crm: { mail: 'a&b=c/d?é' }, age: 33 }
  expect(await ask(source, ANN, attributes, 'u/1 "x"')).toEqual({ tier: 'gold' })
  expect(seen).toEqual([
    `POST /u/u%2F1%20%22x%22?mail=a%26b%3Dc%2Fd%3F%C3%A9 application/json {"id":"${ANN}","query":"of u/1 \\"x\\"","age":33,"fixed":[1,null]}`,
  ])
  expect(await ask(source, ANN, attributes)).toBeUndefined()
  expect(await ask(source, ANN, { age: 33 }, 'u1')).toBeUndefined()
  // It would climb out of its folder.
  expect(await ask(source, ANN, attributes, '..')).toBeUndefined()
  expect(seen).toHaveLength(1)
})

test('an answer is used until it is old, then while it is asked for anew, and then no more', async () => {
  const profiles: KnownProfiles = { [`anonymous_id:${ANN}`]: { plan: 'gold' } }
  const cdp = await startProfileApiOfAnn(profiles)
  const source = open(toProfileApi(cdp, { map: { tier: '$.traits.plan' }, cacheSeconds: 60, staleSeconds: 300 }))
  expect(await ask(source)).toEqual({ tier: 'gold' })
  profiles[`anonymous_id:${ANN}`] = { plan: 'silver' }
  clock.ms += 59_999
  expect(source.ask({ visitor: ANN, attributes: {} })).toEqual({ tier: 'gold' })
  expect(cdp.asked).toHaveLength(1)
  clock.ms += 1
  expect(source.ask({ visitor: ANN, attributes: {} })).toEqual({ tier: 'gold' })
  await vi.waitFor(() => expect(source.ask({ visitor: ANN, attributes: {} })).toEqual({ tier: 'silver' }), 20_000)
  expect(cdp.asked).toHaveLength(2)
  clock.ms += 360_000
  cdp.mood = 'failing'
  expect(await ask(source)).toBeUndefined()
}, 60_000)

test('while it fails, what is remembered is used for as long as it may be old', async () => {
  const cdp = await startProfileApiOfAnn()
  const breaker = { failures: 1, coolDownSeconds: 60 }
  const source = open(toProfileApi(cdp, { map: { tier: '$.traits.plan' }, breaker }))
  await ask(source)
  cdp.mood = 'failing'
  clock.ms += 100_000
  expect(await ask(source)).toEqual({ tier: 'gold' })
  await vi.waitFor(() => expect(source.isOpen).toBe(true), 20_000)
  expect(await ask(source)).toEqual({ tier: 'gold' })
  expect(cdp.asked).toHaveLength(2)
}, 60_000)

test('requests for one visitor at a time share one call', async () => {
  const cdp = await startProfileApiOfAnn()
  const release = cdp.pause()
  const source = open(toProfileApi(cdp, { map: { tier: '$.traits.plan' } }))
  const answers = [ask(source), ask(source), ask(source)]
  release()
  expect(await Promise.all(answers)).toEqual(new Array(3).fill({ tier: 'gold' }))
  expect([cdp.asked.length, count('calls_total')]).toEqual([1, 1])
})

test('of more visitors than are remembered, those who were here last are', async () => {
  const cdp = await startProfileApiOfAnn({ 'anonymous_id:a': { plan: 1 }, 'anonymous_id:b': { plan: 2 } })
  const source = open(toProfileApi(cdp, { map: { tier: '$.traits.plan' } }), { maxCached: 2 })
  for (const visitor of ['a', 'b', 'a', 'c']) await ask(source, visitor)
  expect([cdp.asked.length, source.size]).toEqual([3, 2])
  await ask(source, 'a')
  expect(cdp.asked).toHaveLength(3)
  await ask(source, 'b')
  expect(cdp.asked).toHaveLength(4)
})

test('who is erased is forgotten, also by a call that is under way', async () => {
  const cdp = await startProfileApiOfAnn()
  const source = open(toProfileApi(cdp))
  await ask(source)
  source.forget(ANN)
  expect(source.size).toBe(0)
  const release = cdp.pause()
  const answer = ask(source)
  source.forget(ANN)
  release()
  expect(await answer).toBeUndefined()
  expect(source.size).toBe(0)
})

test('failures in a row stop the asking for a while; one that succeeds begins it again', async () => {
  const cdp = await startProfileApiOfAnn()
  const breaker = { failures: 2, coolDownSeconds: 10 }
  const source = open(toProfileApi(cdp, { breaker, map: { tier: '$.traits.plan' } }))
  cdp.mood = 'failing'
  for (let times = 0; times < 4; times++) expect(await ask(source)).toBeUndefined()
  expect([cdp.asked.length, source.isOpen, count('open'), count('failures_total')]).toEqual([2, true, 1, 2])
  expect(told.at(-1)).toBe('it is not asked for a while, because it failed')
  cdp.mood = 'fine'
  clock.ms += 9_999
  expect(await ask(source)).toBeUndefined()
  clock.ms += 1
  expect(await ask(source)).toEqual({ tier: 'gold' })
  expect([source.isOpen, count('open')]).toEqual([false, 0])
  expect(logs.map(({ code }) => code)).toEqual(['profile_source_open', 'profile_source_closed'])
})

test.each<[string, ProfileSourceInput['map'], string]>([
  ['is of another kind', { n: { path: '$.traits.plan', type: 'number' } }, 'does not fit `map`: n: expected a number'],
  ['is no attribute', { holdings: '$.traits.plan' }, 'its answer.holdings: expected a list of strings'],
])('an answer that %s is of no use, and no reason to stop asking for others', async (_name, map, why) => {
  const cdp = await startProfileApiOfAnn()
  const source = open(toProfileApi(cdp, { map, breaker: { failures: 1 } }))
  expect([await ask(source), await ask(source)]).toEqual([undefined, undefined])
  expect(told).toEqual([expect.stringContaining(why)])
  expect(told.join()).not.toContain('gold')
  expect([source.isOpen, cdp.asked.length]).toEqual([false, 1])
})

test('who asks to be left alone for 30 s is asked again after that', async () => {
  const cdp = await startProfileApiOfAnn()
  cdp.mood = 'limiting'
  const source = open(toProfileApi(cdp))
  for (clock.ms of [0, 29_999, 30_000]) await ask(source)
  expect(cdp.asked).toHaveLength(2)
})
