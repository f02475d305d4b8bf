import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { encodeMmdb } from '../../test/encodeMmdb.ts'
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
} from '../../test/startTestServer.ts'
import type { ServerOptions } from '../serverOptions.ts'
import { GeoError } from './GeoError.ts'

const undos: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of undos.splice(0).reverse()) await undo()
})

const site = makeSite({
  audiences: {
    swiss: { 'geo.country': 'CH' },
    local: { 'geo.region': 'ZH' },
    mobile: { 'device.type': 'mobile', 'device.os': { $in: ['ios', 'android'] } },
  },
  experiences: [
    {
      id: 'hero',
      slot: 'home.hero',
      kind: 'personalization',
      audience: 'swiss',
      variants: [
        { id: 'gruezi', content: { text: 'For you in {{geo.country}}{{#geo.city}}, {{geo.city}}{{/geo.city}}' } },
      ],
    },
    {
      id: 'side',
      slot: 'home.side',
      kind: 'personalization',
      audience: 'mobile',
      variants: [{ id: 'app', content: { text: 'Get the app' } }],
    },
  ],
  expose: ['geo', 'device.type', 'tier'],
})

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Mobile/15E148 Safari/604.1'
const SWISS = '192.0.2.9'
const FROM_SWITZERLAND = { 'x-forwarded-for': `198.51.100.77, ${SWISS}` }
const DENIED = { personalization: 'denied', analytics: 'denied' } as const
const PENDING = { personalization: 'pending', analytics: 'pending' } as const
const SLOTS = { slots: { 'home.hero': {}, 'home.side': {} } }

const writeDatabase = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unblink-geo-'))
  undos.push(() => rm(folder, { recursive: true }))
  const database = join(folder, 'places.mmdb')
  const record = { country: { iso_code: 'CH' }, subdivisions: [{ iso_code: 'ZH' }], city: { names: { en: 'Zürich' } } }
  const loopback = { country: { iso_code: 'LI' } }
  await writeFile(database, encodeMmdb({ ipVersion: 6, networks: { '192.0.2.0/24': record, '127.0.0.0/8': loopback } }))
  return database
}

const start = async (geo: ServerOptions['geo'] = {}, options: Partial<ServerOptions> = {}) => {
  const database = await writeDatabase()
  const server = await startTestServer({ site, trustProxy: true, geo: { database, ...geo }, ...options })
  undos.push(server.stop)
  return server
}

test('place and device decide, and the page is told what is exposed', async () => {
  const server = await start()
  const headers = { ...COOKIE, ...FROM_SWITZERLAND, 'user-agent': IPHONE }
  const { reply } = await askProfile(server, SLOTS, headers)
  expect(reply).toMatchObject({
    audiences: ['swiss', 'local', 'mobile'],
    decisions: [
      { variant: 'gruezi', reason: 'targeting_match', content: { text: 'For you in CH' } },
      { variant: 'app', reason: 'targeting_match' },
    ],
  })
  expect(reply.attributes).toEqual({ geo: { country: 'CH', region: 'ZH' }, device: { type: 'mobile' } })
  const batch = await sendBatch(server, [makeEvent()], {}, headers)
  expect(batch.reply.profile).toMatchObject({ audiences: ['swiss', 'local', 'mobile'] })
})

test.each([DENIED, PENDING])(
  'without consent the country and the device decide, and nothing finer: %j',
  async (consent) => {
    const server = await start()
    const headers = { ...FROM_SWITZERLAND, 'user-agent': IPHONE }
    const { reply } = await askProfile(server, { ...SLOTS, consent }, headers)
    expect(reply.decisions).toMatchObject([{ variant: 'gruezi' }, { variant: 'app' }])
    expect([reply.attributes, reply.visitor, reply.audiences]).toEqual([
      { geo: { country: 'CH' }, device: { type: 'mobile' } },
      undefined,
      [],
    ])
  },
)

test('Global Privacy Control is a no', async () => {
  const server = await start()
  const headers = { ...COOKIE, ...FROM_SWITZERLAND, 'sec-gpc': '1' }
  const { reply } = await askProfile(server, { ...SLOTS, consent: GRANTED }, headers)
  expect(reply.attributes).toMatchObject({ geo: { country: 'CH' } })
  expect(reply.attributes).not.toHaveProperty('geo.region')
})

test('the city is told when the operator says so, of those who agreed', async () => {
  const server = await start({ city: true })
  const agreed = await askProfile(server, SLOTS, { ...COOKIE, ...FROM_SWITZERLAND })
  expect(agreed.reply.decisions).toMatchObject([{ content: { text: 'For you in CH, Zürich' } }, {}])
  const pending = await askProfile(server, { ...SLOTS, consent: PENDING }, FROM_SWITZERLAND)
  expect(pending.reply.decisions).toMatchObject([{ content: { text: 'For you in CH' } }, {}])
})

test('headers count when they are declared, before the database; those that are not count nothing', async () => {
  const server = await start({ headers: { country: 'CF-IPCountry', region: 'CF-Region-Code' } })
  const told = {
    ...COOKIE,
    ...FROM_SWITZERLAND,
    'cf-ipcountry': 'AT',
    'cf-region-code': '9',
    'x-vercel-ip-country': 'US',
  }
  const { reply } = await askProfile(server, SLOTS, told)
  expect(reply.attributes).toMatchObject({ geo: { country: 'AT', region: '9' } })
  const nowhere = await askProfile(server, SLOTS, { ...told, 'cf-ipcountry': 'XX' })
  expect(nowhere.reply.attributes).toMatchObject({ geo: { country: 'CH', region: 'ZH' } })
  const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${SERVER_KEY}` } })
  const text = await metrics.text()
  expect(text).toContain('unblink_geo_total{answer="header"} 1')
  expect(text).toContain('unblink_geo_total{answer="database"} 1')
  expect(text).toContain('unblink_geo_db_built_timestamp_seconds 1700000000')
})

test('without a trusted proxy, what is forwarded is nobody’s word', async () => {
  const server = await start({}, { trustProxy: false })
  const { reply } = await askProfile(server, SLOTS, { ...COOKIE, ...FROM_SWITZERLAND })
  expect(reply.attributes).toMatchObject({ geo: { country: 'LI' } })
})

test('without an option nothing is known of places', async () => {
  const server = await start({}, { geo: undefined })
  const { reply } = await askProfile(server, SLOTS, { ...COOKIE, ...FROM_SWITZERLAND, 'cf-ipcountry': 'CH' })
  expect(reply.attributes).not.toHaveProperty('geo')
})

test('an attribute of the same name that the site has set wins', async () => {
  const server = await start()
  await server.unblink.setAttributes(VISITOR, { geo: { country: 'FR' } })
  const { reply } = await askProfile(server, SLOTS, { ...COOKIE, ...FROM_SWITZERLAND })
  expect(reply.attributes).toMatchObject({ geo: { country: 'FR' } })
  expect(reply.audiences).not.toContain('swiss')
})

test('an origin that puts decisions into its pages is told the same', async () => {
  const server = await start()
  const headers = { ...FROM_SWITZERLAND, 'user-agent': IPHONE }
  const request = new Request('https://www.bank.example/', { headers })
  const { reply } = await server.unblink.decideFor({ request, consent: PENDING })
  expect(reply.decisions).toMatchObject([{ variant: 'gruezi' }, { variant: 'app' }])
})

test('addresses are neither stored nor logged', async () => {
  const server = await start()
  const headers = { ...COOKIE, ...FROM_SWITZERLAND, 'user-agent': IPHONE }
  await askProfile(server, SLOTS, headers)
  await sendBatch(server, [makeEvent()], {}, headers)
  const files = await readdir(server.dataDir)
  const kept = await Promise.all(files.map((name) => readFile(join(server.dataDir, name), 'latin1')))
  expect(kept.join('')).toContain(VISITOR)
  for (const text of [...kept, JSON.stringify(server.logs)]) expect(text).not.toMatch(/192\.0\.2\.9|198\.51\.100\.77/)
})

test.each<[string, Partial<ServerOptions>]>([
  ['anybody can send them', { trustProxy: false, geo: { headers: { country: 'CF-IPCountry' } } }],
  ['expected a number of proxies from 1 to 20, got 0', { geo: { hops: 0 } }],
  ['cannot be used', { geo: { database: '/no/such/file.mmdb' } }],
])('a server is not started when %s', async (message, options) => {
  const error: unknown = await startTestServer({ site, trustProxy: true, ...options }).catch((why: unknown) => why)
  expect(error).toBeInstanceOf(GeoError)
  expect((error as Error).message).toContain(message)
})
