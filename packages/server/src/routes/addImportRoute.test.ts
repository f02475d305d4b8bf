import { randomUUID } from 'node:crypto'
import Database from 'libsql'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { callWithKey, identify, prove } from '../../test/openIdentity.ts'
import {
  makeEvent,
  makeSite,
  sendBatch,
  SERVER_KEY,
  siteInput,
  startTestServer,
  type TestServer,
} from '../../test/startTestServer.ts'
import { createServer } from '../createServer.ts'

const toVisitor = (number: number) => `b6e5c3de-6f0e-4c7b-9a53-${String(number).padStart(12, '0')}`
const toSecret = (id: string) => `${id}-secret-of-at-least-32-characters`
const servers = {
  crm: { secret: toSecret('crm'), scopes: ['attributes' as const] },
  watch: { secret: toSecret('watch'), scopes: ['metrics' as const] },
}

let server: TestServer
/** Others for each test, so that one server does for all. */
let visitor: string
let other: string
beforeAll(async () => {
  server = await startTestServer({ site: makeSite({ keys: { ...siteInput.keys, servers } }) })
})
afterAll(() => server.stop())
beforeEach(() => {
  visitor = randomUUID()
  other = randomUUID()
})

interface Answer {
  readonly status: number
  readonly reply: Record<string, unknown>
}

async function send(
  lines: readonly (object | string)[],
  { key = SERVER_KEY, query = '', type = 'application/x-ndjson' }: { key?: string; query?: string; type?: string } = {},
): Promise<Answer> {
  const body = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  const headers = { authorization: `Bearer ${key}`, 'content-type': type }
  const response = await fetch(`${server.url}/v1/import${query}`, { method: 'POST', headers, body })
  return { status: response.status, reply: (await response.json()) as Record<string, unknown> }
}

const count = (sql: string) => {
  const database = new Database(join(server.dataDir, 'unblink.db'), { readonly: true })
  try {
    return (database.prepare(sql).get() as { count: number }).count
  } finally {
    database.close()
  }
}
const countAudit = () =>
  count("SELECT count(*) AS count FROM audit WHERE actor = 'key:server' AND action = 'attributes'")
/** As a page of theirs would. */
const identifyAs = async (user: string) => {
  const cookie = { cookie: `ub_v=${visitor}` }
  await sendBatch(server, [makeEvent()], {}, cookie)
  return identify(server, user, { proof: prove(user, { visitor }) }, cookie)
}
const countEvents = () => count("SELECT count(*) AS count FROM events WHERE type = 'attributes'")
const getCustom = (id: string) => server.unblink.readProfile(id)?.custom

test('many visitors are told of at once, each line judged on its own', async () => {
  const { status, reply } = await send([
    { visitor, set: { tier: 'gold', holdings: ['cards'] } },
    { visitor: other, set: { visits: 7 } },
    '{"visitor":',
    { visitor: 'admin', set: {} },
    { visitor: toVisitor(9), set: { tier: 'silver' } },
  ])
  expect(status).toBe(200)
  expect(reply).toEqual({
    v: 1,
    lines: 5,
    set: 2,
    same: 0,
    rejected: [
      { line: 2, code: 'schema', message: expect.stringContaining('set.visits: is worked out from events') as string },
      { line: 3, code: 'schema', message: expect.stringContaining('not JSON') as string },
      { line: 4, code: 'schema', message: expect.stringContaining('visitor: expected the id of the cookie') as string },
    ],
  })
  expect(server.unblink.readProfile(visitor)).toMatchObject({ custom: { tier: 'gold' }, holdings: ['cards'] })
  expect(getCustom(toVisitor(9))).toEqual({ tier: 'silver' })
  expect(server.unblink.readProfile(other)).toBeUndefined()
})

test('repeating it changes nothing: no profile, no event, no line in the audit', async () => {
  const lines = [
    { visitor, set: { tier: 'gold', deep: { b: [1, 2], a: null }, holdings: ['cards'] } },
    { visitor: other, set: { tier: 'gold', gone: null } },
  ]
  const [events, records] = [countEvents(), countAudit()]
  expect((await send(lines)).reply).toMatchObject({ set: 2, same: 0 })
  const before = server.unblink.readProfile(visitor)
  expect([countEvents(), countAudit()]).toEqual([events + 2, records + 2])
  const again = lines.map(({ set, ...about }) => ({ ...about, set: Object.fromEntries(Object.entries(set).reverse()) }))
  expect((await send(again)).reply).toMatchObject({ set: 0, same: 2 })
  expect(server.unblink.readProfile(visitor)).toEqual(before)
  expect([countEvents(), countAudit()]).toEqual([events + 2, records + 2])
})

test('where a visitor comes twice, the last line counts, and takes away what it says is gone', async () => {
  await send([
    ...Array.from({ length: 30 }, (_, n) => ({ visitor, set: { n, old: 1 } })),
    { visitor, set: { old: null } },
  ])
  expect(getCustom(visitor)).toEqual({ n: 29 })
})

test('who was erased stays erased, by visitor and by user, also after a restart', async () => {
  await send([
    { visitor, set: { tier: 'gold' } },
    { visitor: other, set: { tier: 'gold' } },
  ])
  await identifyAs('u-17')
  await callWithKey(server, 'DELETE', '/v1/users/u-17')
  await callWithKey(server, 'DELETE', `/v1/visitors/${other}`)
  const restarted = await createServer({ site: makeSite(), dataDir: server.dataDir })
  try {
    for (const { app } of [server.unblink, restarted]) {
      const lines = [visitor, other].map((id) => JSON.stringify({ visitor: id, set: { tier: 'gold' } }))
      const headers = { authorization: `Bearer ${SERVER_KEY}`, 'content-type': 'application/x-ndjson' }
      const response = await app.request('/v1/import', { method: 'POST', headers, body: lines.join('\n') })
      expect(await response.json()).toMatchObject({ set: 0, rejected: [{ code: 'erased' }, { code: 'erased' }] })
    }
  } finally {
    await restarted.close()
  }
  expect(server.unblink.readProfile(visitor)).toBeUndefined()
  expect(server.unblink.readProfile(other)).toBeUndefined()
})

test('a user is named by the site’s own id, once they have been identified', async () => {
  const line = { user: 'u-18', set: { tier: 'gold' } }
  expect((await send([line])).reply).toMatchObject({ rejected: [{ line: 1, code: 'unknown_user' }] })
  await identifyAs('u-18')
  expect((await send([line])).reply).toMatchObject({ set: 1, rejected: [] })
  expect(getCustom(visitor)).toEqual({ tier: 'gold' })
  expect(
    (
      await send([
        { ...line, visitor },
        { user: 'ann@mail.example', set: {} },
      ])
    ).reply,
  ).toMatchObject({
    rejected: [{ line: 1 }, { line: 2, message: expect.stringContaining('no e-mail address') as string }],
  })
})

test('a dry run judges every line as it would be, and writes nothing', async () => {
  await send([{ visitor, set: { tier: 'gold' } }])
  const events = countEvents()
  const { reply } = await send(
    [
      { visitor, set: { tier: 'gold' } },
      { visitor: other, set: { tier: 'gold' } },
      { visitor: toVisitor(2), set: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`a${n}`, n])) },
    ],
    { query: '?dryRun=true' },
  )
  expect(reply).toMatchObject({
    set: 1,
    same: 1,
    rejected: [{ line: 3, message: expect.stringContaining('100 attributes') as string }],
  })
  expect(countEvents()).toBe(events)
  expect(server.unblink.readProfile(other)).toBeUndefined()
})

test.each([
  ['no key of the site', { key: 'wrong' }, 401, 'key'],
  ['a key that may not', { key: toSecret('watch') }, 403, 'scope'],
  ['another kind of body', { type: 'multipart/form-data' }, 415, 'content_type'],
  ['a dry run of another kind', { query: '?dryRun=yes' }, 400, 'dryRun'],
])('with %s nothing is set', async (_name, options, status, code) => {
  const answer = await send([{ visitor, set: { tier: 'gold' } }], options)
  expect(answer).toMatchObject({ status, reply: { error: { code } } })
  expect(server.unblink.readProfile(visitor)).toBeUndefined()
})

test('a key with the scope may, and is named in the audit; the metrics count lines', async () => {
  const readCounts = async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    return ['set', 'rejected'].map((outcome) =>
      Number(metrics.split(`unblink_import_lines_total{outcome="${outcome}"} `)[1]?.split('\n')[0]),
    )
  }
  const [set = 0, rejected = 0] = await readCounts()
  expect((await send([{ visitor, set: { tier: 'gold' } }, '{}'], { key: toSecret('crm') })).status).toBe(200)
  expect(count("SELECT count(*) AS count FROM audit WHERE actor = 'key:crm'")).toBe(1)
  expect(await readCounts()).toEqual([set + 1, rejected + 1])
})

test('lines are taken while more are still coming', async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const answer = fetch(`${server.url}/v1/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SERVER_KEY}`, 'content-type': 'application/x-ndjson' },
    body: readable,
    duplex: 'half',
  } as RequestInit)
  const toBytes = (text: string) => new TextEncoder().encode(text)
  // Half of the third line, too: it must wait for its end.
  const lines = [1, 2, 3].map((number) => `${JSON.stringify({ visitor: toVisitor(number), set: { number } })}\n`)
  await writer.write(toBytes(lines[0]! + lines[1]! + lines[2]!.slice(0, 20)))
  // Enough to be under way at once, so that the first are waited for.
  const more = Array.from(
    { length: 300 },
    (_, n) => `${JSON.stringify({ visitor: toVisitor(1_000 + n), set: { n } })}\n`,
  )
  await expect.poll(() => getCustom(toVisitor(2))).toEqual({ number: 2 })
  expect(getCustom(toVisitor(3))).toBeUndefined()
  await writer.write(toBytes(lines[2]!.slice(20) + more.join('')))
  await writer.close()
  expect(await (await answer).json()).toMatchObject({ lines: 303, set: 303, rejected: [] })
})
