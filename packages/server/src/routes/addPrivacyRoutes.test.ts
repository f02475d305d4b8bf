import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'libsql'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { callWithKey, identify, prove } from '../../test/openIdentity.ts'
import {
  COOKIE,
  makeEvent,
  makeId,
  makeSite,
  post,
  sendBatch,
  SERVER_KEY,
  siteInput,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../../test/startTestServer.ts'
import { runAudit } from '../commands/runAudit.ts'

const LAPTOP = '11111111-1111-4111-8111-111111111111'
const STRANGER = '22222222-2222-4222-8222-222222222222'
const USER = 'user-number-seventeen'
const cookieOf = (visitor: string) => ({ cookie: `ub_v=${visitor}` })
const toSecret = (id: string) => `${id}-secret-of-at-least-32-characters`
const servers = {
  crm: { secret: toSecret('crm'), scopes: ['attributes' as const] },
  login: { secret: toSecret('login'), scopes: ['identify' as const] },
  support: { secret: toSecret('support'), scopes: ['export' as const, 'erase' as const] },
  repair: { secret: toSecret('repair'), scopes: ['merge' as const] },
  watch: { secret: toSecret('watch'), scopes: ['metrics' as const] },
}

let server: TestServer
beforeEach(async () => {
  server = await startTestServer({ site: makeSite({ keys: { ...siteInput.keys, servers } }) })
})
afterEach(() => server.stop())

/** A view that is this visitor's alone, and a profile that has outgrown a page of the database more than once. */
async function live(visitor: string) {
  const view = makeId()
  for (let n = 0; n < 30; n++)
    await sendBatch(server, [makeEvent({ pv: view, n, t: 'custom', p: { name: `step-${n}` } })], {}, cookieOf(visitor))
  for (let n = 0; n < 12; n++)
    await server.unblink.setAttributes(visitor, { [`fact${n}`]: `${visitor} ${'x'.repeat(900)}` })
  return view
}

const identifyAs = (visitor: string) => identify(server, USER, { proof: prove(USER, { visitor }) }, cookieOf(visitor))

/** Whose ids are anywhere in the files of the database, byte by byte. */
async function grep(...wanted: string[]) {
  const names = await readdir(server.dataDir)
  const files = await Promise.all(names.map((name) => readFile(join(server.dataDir, name))))
  return wanted.filter((id) => files.some((bytes) => bytes.includes(id)))
}

const readLines = async (response: Response) =>
  (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { table?: string; row?: Record<string, unknown>; rows?: number })

test('an export has everything of a visitor, from every table, and nothing of another', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  await sendBatch(server, [makeEvent()], {}, cookieOf(STRANGER))
  await identifyAs(VISITOR)
  const response = await callWithKey(server, 'GET', `/v1/visitors/${VISITOR}/export`, { key: servers.support.secret })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('application/x-ndjson')
  expect(response.headers.get('cache-control')).toBe('no-store')
  const [head, ...rows] = await readLines(response)
  expect(head).toMatchObject({ v: 1, site: 'bank', visitors: [VISITOR], rows: rows.length })
  expect(rows.map(({ table }) => table).sort()).toEqual(['events', 'links', 'merges'])
  expect(rows.find(({ table }) => table === 'events')?.row).toMatchObject({ type: 'engagement', payload: { rev: 1 } })
  expect(JSON.stringify(rows)).not.toContain(STRANGER)
})

test('an export of a user has all of their devices and the profile', async () => {
  for (const visitor of [VISITOR, LAPTOP]) {
    await sendBatch(server, [makeEvent()], {}, cookieOf(visitor))
    await identifyAs(visitor)
  }
  const rows = await readLines(await callWithKey(server, 'GET', `/v1/users/${USER}/export`))
  const text = JSON.stringify(rows)
  expect(text).toContain(VISITOR)
  expect(text).toContain(LAPTOP)
  expect(rows.find(({ table }) => table === 'profiles')?.row).toMatchObject({ state: { views: {}, interests: {} } })
})

test('who is erased is in no file of the database, while it runs', async () => {
  const view = await live(VISITOR)
  await live(STRANGER)
  expect(await grep(VISITOR, view)).toEqual([VISITOR, view])
  expect((await callWithKey(server, 'DELETE', `/v1/visitors/${VISITOR}`, { key: servers.support.secret })).status).toBe(
    204,
  )
  await expect.poll(() => grep(VISITOR, view), { timeout: 10_000 }).toEqual([])
  expect(await grep(STRANGER)).toEqual([STRANGER])
  expect(server.unblink.readProfile(VISITOR)).toBeUndefined()
})

test('a user is erased with every device, also those that are logged out', async () => {
  const views = [await live(VISITOR), await live(LAPTOP)]
  await identifyAs(VISITOR)
  await identifyAs(LAPTOP)
  await live(LAPTOP)
  await callWithKey(server, 'DELETE', `/v1/visitors/${VISITOR}/user`)
  await live(STRANGER)
  expect(await grep(VISITOR, LAPTOP, USER)).toEqual([VISITOR, LAPTOP, USER])
  expect((await callWithKey(server, 'DELETE', `/v1/users/${USER}`, { key: servers.support.secret })).status).toBe(204)
  await expect.poll(() => grep(VISITOR, LAPTOP, USER, ...views), { timeout: 10_000 }).toEqual([])
  expect(await grep(STRANGER)).toEqual([STRANGER])
})

test('the visitor’s own page forgets them, and a user whom they were keeps nothing of it', async () => {
  await sendBatch(server, [makeEvent({ t: 'conversion', p: { goal: 'apply' } })], {}, COOKIE)
  await sendBatch(server, [makeEvent({ t: 'conversion', p: { goal: 'apply' } })], {}, cookieOf(LAPTOP))
  await identifyAs(VISITOR)
  await identifyAs(LAPTOP)
  expect(server.unblink.readProfile(LAPTOP)?.conversions['apply']?.count).toBe(2)
  const response = await post(`${server.url}/v1/forget`, { key: 'bank-page' }, COOKIE)
  expect(response.status).toBe(204)
  expect(response.headers.get('set-cookie')).toBe('ub_v=; Max-Age=0; Path=/')
  expect(server.unblink.readProfile(LAPTOP)?.conversions['apply']?.count).toBe(1)
  await expect.poll(() => grep(VISITOR), { timeout: 10_000 }).toEqual([])
})

test.each([
  ['another origin', { key: 'bank-page' }, { origin: 'https://evil.example' }],
  ['another key', { key: 'other' }, {}],
  ['no body', {}, {}],
])('E4 with %s nobody is forgotten', async (_name, body, headers) => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  expect((await post(`${server.url}/v1/forget`, body, { ...COOKIE, ...headers })).status).toBe(403)
  expect(server.unblink.readProfile(VISITOR)).toBeDefined()
})

test('what was under way while its visitor was erased is nobody’s, and sets no cookie', async () => {
  await sendBatch(server, [makeEvent()], {}, COOKIE)
  await post(`${server.url}/v1/forget`, { key: 'bank-page', visitor: VISITOR })
  const late = await sendBatch(server, [makeEvent()], {}, COOKIE)
  const named = await sendBatch(server, [makeEvent()], { visitor: VISITOR })
  for (const { headers, reply } of [late, named]) {
    expect(headers.get('set-cookie')).toBeNull()
    expect(reply).toMatchObject({ ok: 1 })
    expect(reply).not.toHaveProperty('profile')
  }
  await expect.poll(() => grep(VISITOR), { timeout: 10_000 }).toEqual([])
})

const CALLS = [
  ['attributes', 'PUT', `/v1/visitors/${VISITOR}/attributes`, { set: { tier: 'gold' } }],
  ['identify', 'PUT', `/v1/visitors/${VISITOR}/user`, { user: USER }],
  ['identify', 'DELETE', `/v1/visitors/${VISITOR}/user`, undefined],
  ['merge', 'POST', `/v1/visitors/${VISITOR}/unmerge`, undefined],
  ['export', 'GET', `/v1/visitors/${VISITOR}/export`, undefined],
  ['export', 'GET', `/v1/users/${USER}/export`, undefined],
  ['erase', 'DELETE', `/v1/visitors/${VISITOR}`, undefined],
  ['erase', 'DELETE', `/v1/users/${USER}`, undefined],
  ['metrics', 'GET', '/v1/loss', undefined],
] as const

test.each(CALLS)('E1 the scope %s alone opens %s %s', async (scope, method, path, body) => {
  for (const [id, { secret, scopes }] of Object.entries(servers)) {
    const { status } = await callWithKey(server, method, path, { key: secret, body })
    const isOpen = (scopes as readonly string[]).includes(scope)
    expect([id, isOpen ? status < 400 || status === 404 : [401, 403].includes(status)]).toEqual([id, true])
  }
  for (const key of ['bank-page', '', 'undefined', `${SERVER_KEY}x`])
    expect((await callWithKey(server, method, path, { key, body })).status).toBe(401)
})

test('a key without the scope is told which it lacks, and no secret is', async () => {
  const response = await callWithKey(server, 'DELETE', `/v1/visitors/${VISITOR}`, { key: servers.crm.secret })
  const text = await response.text()
  expect(response.status).toBe(403)
  expect(text).toContain('The key \\"crm\\" has no scope \\"erase\\".')
  expect(text).not.toContain(servers.crm.secret)
})

test('the audit tells who did what and when, names nobody, and cannot be changed', async () => {
  await callWithKey(server, 'PUT', `/v1/visitors/${VISITOR}/attributes`, { body: { set: { tier: 'gold' } } })
  await identifyAs(VISITOR)
  await callWithKey(server, 'GET', `/v1/visitors/${VISITOR}/export`, { key: servers.support.secret })
  await callWithKey(server, 'POST', `/v1/visitors/${VISITOR}/unmerge`, { key: servers.repair.secret })
  await callWithKey(server, 'DELETE', `/v1/visitors/${VISITOR}`, { key: servers.support.secret })
  await post(`${server.url}/v1/forget`, { key: 'bank-page' }, cookieOf(LAPTOP))
  // Whoever may not has done nothing.
  await callWithKey(server, 'DELETE', `/v1/visitors/${LAPTOP}`, { key: servers.crm.secret })

  const read = (...args: string[]) => {
    const out: string[] = []
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
    runAudit(['--data', server.dataDir, ...args])
    write.mockRestore()
    return out.join('').trim().split('\n').filter(Boolean)
  }
  const lines = read()
  expect(lines.map((line) => line.split(' ').slice(1, 4).join(' '))).toEqual([
    'bank key:server attributes',
    'bank proof:server identify',
    'bank key:support export',
    'bank key:repair unmerge',
    'bank key:support erase',
    'bank visitor erase',
  ])
  const text = lines.join('\n')
  for (const secret of [VISITOR, LAPTOP, USER, SERVER_KEY, servers.support.secret, 'gold'])
    expect(text).not.toContain(secret)
  expect(read('--subject', LAPTOP)).toEqual([lines[5]])
  expect(read('--subject', VISITOR, '--action', 'erase')).toEqual([lines[4]])
  expect(read('--since', '2999-01-01T00:00:00Z')).toEqual([])
  expect(JSON.parse(read('--json')[0]!)).toMatchObject({ site: 'bank', actor: 'key:server', action: 'attributes' })

  const database = new Database(join(server.dataDir, 'unblink.db'))
  expect(() => database.exec("UPDATE audit SET actor = 'nobody'")).toThrow('the audit is not changed')
  expect(() => database.exec('DELETE FROM audit')).toThrow('the audit is kept for a year')
  database.close()
})

test.each([
  ['a visitor that is none', 'GET', '/v1/visitors/admin/export'],
  ['a visitor that is none', 'DELETE', '/v1/visitors/admin'],
  ['a user’s key in a visitor’s place', 'DELETE', `/v1/visitors/user:${USER}`],
  ['an address as the user', 'DELETE', '/v1/users/ann%40mail.example'],
  ['a line break in the user', 'GET', '/v1/users/a%0Ab/export'],
])('%s is refused: %s %s', async (_name, method, path) => {
  expect((await callWithKey(server, method, path)).status).toBe(400)
})

test('every table is known to be about somebody or about nobody', () => {
  const database = new Database(join(server.dataDir, 'unblink.db'), { readonly: true })
  const tables = database
    .prepare(
      `SELECT tables.name AS name, group_concat(columns.name) AS columns
       FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' GROUP BY tables.name`,
    )
    .all() as { name: string; columns: string }[]
  database.close()
  /** Tables without an id of anybody: a new one belongs here only if that is so, else it has a column `visitor` or `user`. */
  const impersonal = ['arrivals', 'audit', 'checks', 'forwards', 'proofs', 'salts', 'views', 'webhook_gone']
  const unknown = tables.filter(
    ({ name, columns }) => !/\b(visitor|user)\b/.test(columns) && !impersonal.includes(name),
  )
  expect(unknown.map(({ name }) => name)).toEqual([])
})
