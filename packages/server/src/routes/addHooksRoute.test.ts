import { createHmac, randomUUID } from 'node:crypto'
import Database from 'libsql'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { callWithKey, identify, prove } from '../../test/openIdentity.ts'
import { makeEvent, makeSite, sendBatch, startTestServer, type TestServer } from '../../test/startTestServer.ts'

const identifyAs = async (user: string) => {
  const cookie = { cookie: `ub_v=${visitor}` }
  await sendBatch(server, [makeEvent()], {}, cookie)
  return identify(server, user, { proof: prove(user, { visitor }) }, cookie)
}

const toSecret = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`
const [OLD, NEW, STRANGE] = [toSecret(1), toSecret(2), toSecret(3)]
const hooks = {
  crm: {
    secret: [OLD, NEW],
    visitor: '$.data.visitor',
    map: {
      tier: '$.data.tier',
      spent: { path: '$.data.spent', type: 'number' as const },
      likes: '$.data.likes[*].name',
    },
  },
  shop: { secret: NEW, user: '$.customer.id', map: { tier: '$.tier' } },
}

let server: TestServer
/** Another for each test, so that one server does for all. */
let visitor: string
beforeAll(async () => {
  server = await startTestServer({ site: makeSite({ hooks }) })
})
afterAll(() => server.stop())
beforeEach(() => {
  visitor = randomUUID()
})

interface Delivery {
  readonly name?: string
  readonly id?: string
  readonly atMs?: number
  readonly secret?: string
  readonly headers?: Record<string, string>
}

let deliveries = 0
async function deliver(
  body: unknown,
  { name = 'crm', id = `msg_${deliveries++}`, atMs = Date.now(), secret = OLD, headers = {} }: Delivery = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const timestamp = String(Math.floor(atMs / 1_000))
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')}`
  const response = await fetch(`${server.url}/v1/hooks/${name}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
      ...headers,
    },
    body: text,
  })
  return {
    status: response.status,
    headers: response.headers,
    reply: (await response.json()) as Record<string, unknown>,
  }
}

const about = (data: object) => ({ type: 'contact.updated', data: { visitor, ...data } })
const getCustom = () => server.unblink.readProfile(visitor)?.custom
const countAudit = () => {
  const database = new Database(join(server.dataDir, 'unblink.db'), { readonly: true })
  try {
    const sql = "SELECT count(*) AS count FROM audit WHERE actor = 'hook:crm' AND action = 'attributes'"
    return (database.prepare(sql).get() as { count: number }).count
  } finally {
    database.close()
  }
}

test('what a system tells of a visitor is in their profile, and in the audit', async () => {
  const audited = countAudit()
  const likes = [{ name: 'hats' }, { name: 'bags' }]
  expect(await deliver(about({ tier: 'gold', spent: '12.5', likes }))).toMatchObject({
    status: 200,
    reply: { v: 1, outcome: 'set' },
  })
  expect(getCustom()).toEqual({ tier: 'gold', spent: 12.5, likes: ['hats', 'bags'] })
  expect(countAudit()).toBe(audited + 1)
  await deliver(about({ tier: null }))
  expect(getCustom()).toEqual({ spent: 12.5, likes: ['hats', 'bags'] })
})

test('any of the secrets will do, so that one can be changed for the other', async () => {
  expect((await deliver(about({ tier: 'a' }), { secret: OLD })).status).toBe(200)
  expect((await deliver(about({ tier: 'b' }), { secret: NEW })).status).toBe(200)
  expect(getCustom()).toEqual({ tier: 'b' })
})

test('a delivery that comes again is answered well and does nothing, also signed anew and after another', async () => {
  const audited = countAudit()
  await deliver(about({ tier: 'gold' }), { id: 'msg_a' })
  await deliver(about({ tier: 'silver' }), { id: 'msg_b' })
  const before = server.unblink.readProfile(visitor)
  const repeat = await deliver(about({ tier: 'gold' }), { id: 'msg_a', atMs: Date.now() - 60_000, secret: NEW })
  expect(repeat).toMatchObject({ status: 200, reply: { outcome: 'repeat' } })
  expect(server.unblink.readProfile(visitor)).toEqual(before)
  expect(countAudit()).toBe(audited + 2)
  // What changed nothing is remembered, too: else a repeat could undo what came after it.
  await deliver(about({ tier: 'silver' }), { id: 'msg_c' })
  await deliver(about({ tier: 'gold' }), { id: 'msg_d' })
  expect((await deliver(about({ tier: 'silver' }), { id: 'msg_c' })).reply).toMatchObject({ outcome: 'repeat' })
  expect(getCustom()).toEqual({ tier: 'gold' })
})

test('ids of different hooks have nothing to do with each other', async () => {
  await identifyAs('u-17')
  await deliver(about({ tier: 'gold' }), { id: 'msg_same' })
  const other = await deliver(
    { customer: { id: 'u-17' }, tier: 'silver' },
    { name: 'shop', id: 'msg_same', secret: NEW },
  )
  expect(other.reply).toMatchObject({ outcome: 'set' })
  expect(getCustom()).toEqual({ tier: 'silver' })
})

test.each<[string, Delivery, number, string]>([
  ['a secret of nobody', { secret: STRANGE }, 401, 'unsigned'],
  ['the secret of another hook only', { name: 'shop', secret: OLD }, 401, 'unsigned'],
  ['another id than was signed', { headers: { 'webhook-id': 'msg_other' } }, 401, 'unsigned'],
  ['a time long ago', { atMs: Date.now() - 4_000_000 }, 401, 'stale'],
  ['a time to come', { atMs: Date.now() + 4_000_000 }, 401, 'stale'],
  ['no signature', { headers: { 'webhook-signature': '' } }, 400, 'headers'],
  ['a hook that is not declared', { name: 'erp' }, 404, 'hook'],
  ['the name of what every object has', { name: 'constructor' }, 404, 'hook'],
])('with %s nothing is set, and no secret is told', async (_name, delivery, status, code) => {
  const answer = await deliver(about({ tier: 'gold' }), delivery)
  expect(answer).toMatchObject({ status, reply: { error: { code } } })
  expect(server.unblink.readProfile(visitor)).toBeUndefined()
  expect(JSON.stringify([answer.reply, server.logs])).not.toContain('whsec_')
})

test.each<[string, unknown, number, string, string]>([
  ['no JSON', 'tier=gold', 400, 'json', 'not JSON'],
  [
    'nothing at the path',
    { data: { tier: 'gold' } },
    422,
    'map',
    'visitor: there is nothing at $.data.visitor. Look at hooks.crm',
  ],
  [
    'no visitor’s id',
    { data: { visitor: 'ann', tier: 'gold' } },
    422,
    'map',
    'visitor: expected the id of the cookie ub_v',
  ],
  ['another type', () => about({ spent: 'a lot' }), 422, 'map', 'spent: expected a number at $.data.spent, got a text'],
  ['more than can be kept', () => about({ tier: 'x'.repeat(17_000) }), 422, 'schema', 'larger than 16 KiB'],
  ['a body of megabytes', () => about({ tier: 'x'.repeat(300_000) }), 413, 'too_large', 'larger than 262144 bytes'],
  [
    'too deep a body',
    () => about({ tier: JSON.parse('['.repeat(40) + ']'.repeat(40)) as unknown }),
    400,
    'depth',
    'nested deeper',
  ],
])('%s is a clear error, and repeats no value', async (_name, body, status, code, message) => {
  const answer = await deliver(typeof body === 'function' ? (body as () => unknown)() : body)
  expect(answer).toMatchObject({
    status,
    reply: { error: { code, message: expect.stringContaining(message) as string } },
  })
  expect(server.unblink.readProfile(visitor)).toBeUndefined()
  expect(JSON.stringify(server.logs)).not.toMatch(/ann|a lot|xxxx/)
})

test('what a retry cannot mend is answered well: nothing mapped, a user who never came, a visitor who was erased', async () => {
  expect((await deliver(about({}))).reply).toMatchObject({ outcome: 'empty' })
  const shop = { name: 'shop', secret: NEW }
  expect((await deliver({ customer: { id: 'u-99' }, tier: 'a' }, shop)).reply).toMatchObject({
    outcome: 'unknown_user',
  })
  await deliver(about({ tier: 'gold' }))
  await callWithKey(server, 'DELETE', `/v1/visitors/${visitor}`)
  expect(await deliver(about({ tier: 'gold' }))).toMatchObject({ status: 200, reply: { outcome: 'erased' } })
  expect(server.unblink.readProfile(visitor)).toBeUndefined()
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  for (const outcome of ['empty', 'unknown_user', 'erased'])
    expect(metrics).toContain(`unblink_hooks_total{outcome="${outcome}"} 1`)
})

test('who guesses is told to wait, and those who sign are still heard', async () => {
  const guesses = await Promise.all(Array.from({ length: 130 }, () => deliver(about({}), { secret: STRANGE })))
  const refused = guesses.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  expect((await deliver(about({ tier: 'gold' }))).status).toBe(200)
})
