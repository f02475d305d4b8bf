import { mkdtemp, rm } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { createProof } from './identity/createProof.ts'
import { makeBatch, makeEvent, makeRequest, makeSite } from '../test/startTestServer.ts'
import { createServer } from './createServer.ts'
import { formatPreviewToken } from './preview/previewToken.ts'
import { signMessage } from './webhooks/signMessage.ts'

/** How many requests: a hundred thousand take some minutes, so they are asked for. */
const TUPLES = Number(process.env['UNBLINK_TUPLES'] ?? 800)

const SITES = ['shop', 'bank'] as const
type SiteId = (typeof SITES)[number]

const toSecret = (site: SiteId, scope: string) => `${site}-${scope}-secret-of-at-least-32-characters`
const toHookSecret = (site: SiteId) => `whsec_${Buffer.alloc(32, site).toString('base64')}`
const getPreviewPath = (site: SiteId) => {
  const overrides = { show: { 'home.hero': { experience: 'hero', variant: 'rates' } }, until: Date.now() + 60_000 }
  return `/v1/preview?show=${encodeURIComponent(formatPreviewToken(overrides, site, toSecret(site, 'full')))}`
}
const VISITORS: Record<SiteId, string> = {
  shop: '11111111-1111-4111-8111-111111111111',
  bank: '22222222-2222-4222-8222-222222222222',
}
const USERS: Record<SiteId, string> = { shop: 'shop-user', bank: 'bank-user' }
const SCOPES = ['attributes', 'identify', 'merge', 'export', 'erase', 'metrics'] as const

const makeTenant = (id: SiteId) =>
  makeSite({
    id,
    keys: {
      browser: `pk_${id}`,
      server: toSecret(id, 'full'),
      servers: Object.fromEntries(SCOPES.map((scope) => [scope, { secret: toSecret(id, scope), scopes: [scope] }])),
    },
    origins: [`https://www.${id}.example`],
    hooks: { crm: { secret: toHookSecret(id), visitor: '$.visitor', map: { tier: '$.tier' } } },
  })

/**
 * One call, with what it takes: a browser key with an origin, a server key with a scope, the cookie of a visitor on a page of the
 * server's own origin, or a signature.
 */
const CALLS = {
  profile: { by: 'browser', method: 'POST', path: () => '/v1/p' },
  collect: { by: 'browser', method: 'POST', path: () => '/v1/e' },
  identify: { by: 'browser', method: 'POST', path: () => '/v1/identify' },
  logout: { by: 'browser', method: 'POST', path: () => '/v1/logout' },
  forget: { by: 'browser', method: 'POST', path: () => '/v1/forget' },
  attributes: { by: 'attributes', method: 'PUT', path: (of: SiteId) => `/v1/visitors/${VISITORS[of]}/attributes` },
  link: { by: 'identify', method: 'PUT', path: (of: SiteId) => `/v1/visitors/${VISITORS[of]}/user` },
  unlink: { by: 'identify', method: 'DELETE', path: (of: SiteId) => `/v1/visitors/${VISITORS[of]}/user` },
  unmerge: { by: 'merge', method: 'POST', path: (of: SiteId) => `/v1/visitors/${VISITORS[of]}/unmerge` },
  exportVisitor: { by: 'export', method: 'GET', path: (of: SiteId) => `/v1/visitors/${VISITORS[of]}/export` },
  exportUser: { by: 'export', method: 'GET', path: (of: SiteId) => `/v1/users/${USERS[of]}/export` },
  eraseVisitor: { by: 'erase', method: 'DELETE', path: (of: SiteId) => `/v1/visitors/${VISITORS[of]}` },
  eraseUser: { by: 'erase', method: 'DELETE', path: (of: SiteId) => `/v1/users/${USERS[of]}` },
  loss: { by: 'metrics', method: 'GET', path: () => '/v1/loss' },
  metrics: { by: 'metrics', method: 'GET', path: () => '/metrics' },
  exportEvents: { by: 'export', method: 'GET', path: () => '/v1/export/events' },
  exportProfiles: { by: 'export', method: 'GET', path: () => '/v1/export/profiles' },
  import: { by: 'attributes', method: 'POST', path: () => '/v1/import' },
  manifest: { by: 'browser', method: 'GET', path: (_of: SiteId, keyOf: SiteId) => `/v1/m?key=pk_${keyOf}` },
  eraseOwn: { by: 'cookie', method: 'DELETE', path: () => '/v1/visitor' },
  hook: { by: 'signature', method: 'POST', path: () => '/v1/hooks/crm' },
  preview: { by: 'signature', method: 'GET', path: (_of: SiteId, keyOf: SiteId) => getPreviewPath(keyOf) },
} as const

/** Of the pages that are asked for at the address which the tests use. */
const OWN_ORIGIN = 'http://localhost'

const tuple = fc.record({
  /** Whose server is asked. */
  at: fc.constantFrom(...SITES),
  call: fc.constantFrom(...(Object.keys(CALLS) as (keyof typeof CALLS)[])),
  keyOf: fc.constantFrom(...SITES),
  /** The kind of the server key, where one is sent. */
  scope: fc.constantFrom('full', 'browser', 'none', ...SCOPES),
  /** Whose visitor, user and proof. */
  of: fc.constantFrom(...SITES),
  origin: fc.constantFrom(
    undefined,
    OWN_ORIGIN,
    'https://www.shop.example',
    'https://www.bank.example',
    'null',
    'https://evil.example',
  ),
})
type Tuple = typeof tuple extends fc.Arbitrary<infer T> ? T : never

function getBody({ call, keyOf, of }: Tuple): unknown {
  const visitor = VISITORS[of]
  const key = `pk_${keyOf}`
  switch (call) {
    case 'profile':
    case 'logout':
      return makeRequest({ key, visitor })
    case 'identify': {
      const proof = createProof({ site: of, user: USERS[of], visitor, secret: toSecret(of, 'full') })
      return makeRequest({ key, visitor, user: USERS[of], proof })
    }
    case 'collect':
      return makeBatch([makeEvent()], { key, visitor })
    case 'forget':
      return { key, visitor }
    case 'attributes':
      return { set: { tier: 'gold' } }
    case 'link':
      return { user: USERS[of] }
    case 'import':
    case 'hook':
      return { visitor, ...(call === 'hook' ? { tier: 'gold' } : { set: { tier: 'gold' } }) }
    default:
      return undefined
  }
}

let deliveries = 0

function getHeaders(one: Tuple, body: string | undefined): Record<string, string> {
  const { call, keyOf, scope, origin, of } = one
  const { by } = CALLS[call]
  const isBrowser = by === 'browser' || by === 'cookie'
  const key = scope === 'browser' ? `pk_${keyOf}` : toSecret(keyOf, scope)
  const message = { id: `msg_${deliveries++}`, at: Date.now(), body: body ?? '', secrets: [toHookSecret(keyOf)] }
  return {
    'content-type': isBrowser ? 'text/plain' : call === 'import' ? 'application/x-ndjson' : 'application/json',
    'user-agent': 'Mozilla/5.0 Firefox/153.0',
    ...(isBrowser && origin !== undefined ? { origin } : {}),
    ...(!isBrowser && scope !== 'none' ? { authorization: `Bearer ${key}` } : {}),
    ...(by === 'cookie' ? { cookie: `ub_v=${VISITORS[of]}` } : {}),
    ...(by === 'signature' ? signMessage(message) : {}),
  }
}

/** What must come of it; null where the call is the tenant's own. */
function getRefusal({ at, call, keyOf, scope, origin }: Tuple): readonly number[] | null {
  const { by } = CALLS[call]
  if (by === 'browser') {
    // Who does not tell where they ask from gets only what is everybody's.
    const isAdmitted = [OWN_ORIGIN, `https://www.${at}.example`, call === 'manifest' && undefined].includes(origin)
    return isAdmitted && keyOf === at ? null : [403]
  }
  if (by === 'cookie') return origin === OWN_ORIGIN ? null : [403]
  // Who signs wrongly too often is put off.
  if (by === 'signature') return keyOf === at ? null : call === 'hook' ? [401, 429] : [403]
  if (keyOf !== at || scope === 'none' || scope === 'browser') return [401]
  return scope === 'full' || scope === by ? null : [403]
}

test(
  `E1 keys, ids and proofs of one site neither read nor write another’s (${TUPLES} random requests)`,
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'unblink-tenants-'))
    // One file for both, the hardest case: only the rows' own site keeps them apart.
    const limit = { perSecond: 1e6, burst: 1e6 }
    const tenants = {
      shop: await createServer({ site: makeTenant('shop'), dataDir, visitorLimit: limit }),
      bank: await createServer({ site: makeTenant('bank'), dataDir, visitorLimit: limit }),
    }
    const database = new Database(join(dataDir, 'unblink.db'), { readonly: true })
    const tables = (database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[])
      .map(({ name }) => name)
      .filter((name) =>
        (database.prepare(`PRAGMA table_info("${name}")`).all() as { name: string }[]).some(
          (one) => one.name === 'site',
        ),
      )
    const statements = tables.map((name) => database.prepare(`SELECT * FROM "${name}" WHERE site = ?`))
    const fingerprint = (site: SiteId) => {
      const hash = createHash('sha256')
      for (const statement of statements) hash.update(JSON.stringify(statement.all(site)))
      return hash.digest('hex')
    }
    const ask = (one: Tuple) => {
      const given = getBody(one)
      const body = given === undefined ? undefined : JSON.stringify(given)
      return tenants[one.at].app.request(CALLS[one.call].path(one.of, one.keyOf), {
        method: CALLS[one.call].method,
        headers: getHeaders(one, body),
        ...(body === undefined ? {} : { body }),
      })
    }
    try {
      const counts = { own: 0, refused: 0 }
      await fc.assert(
        fc.asyncProperty(tuple, async (one) => {
          const other = one.at === 'shop' ? 'bank' : 'shop'
          const isChecked = (counts.own + counts.refused) % 10 === 0
          // What has been erased meanwhile is there again, to be read by whoever may not.
          if (isChecked)
            for (const site of SITES) await tenants[site].setAttributes(VISITORS[site], { note: `belongs-to-${site}` })
          const before = isChecked ? [fingerprint(one.at), fingerprint(other)] : []
          const response = await ask(one)
          const text = await response.text()
          const refusal = getRefusal(one)
          if (refusal) {
            counts.refused++
            expect(refusal).toContain(response.status)
            // Nothing was written, neither here nor there.
            if (isChecked) expect([fingerprint(one.at), fingerprint(other)]).toEqual(before)
          } else {
            counts.own++
            if (isChecked) expect(fingerprint(other)).toBe(before[1])
            // A proof of the other site is none here, even for the right visitor and user.
            if (one.call === 'identify' && one.of !== one.at) expect([401, 429]).toContain(response.status)
          }
          // What the other site's visitor has is in no reply of this one.
          expect(text).not.toMatch(new RegExp(`belongs-to-${other}|pk_${other}|${other}-[a-z]+-secret`))
        }),
        { numRuns: TUPLES },
      )
      expect(counts.own).toBeGreaterThan(TUPLES / 10)
      expect(counts.refused).toBeGreaterThan(TUPLES / 3)
    } finally {
      database.close()
      await tenants.shop.close()
      await tenants.bank.close()
      await rm(dataDir, { recursive: true })
    }
  },
  Math.max(1_200_000, TUPLES * 40),
)
