import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { callWithKey } from '../../test/openIdentity.ts'
import { makeEvent, sendBatch, siteInput, startTestServer, type TestServer } from '../../test/startTestServer.ts'
import { createLinks } from '../identity/createLinks.ts'
import { openDatabase } from '../store/openDatabase.ts'
import { runReplay } from './runReplay.ts'

const [PHONE, LAPTOP, STRANGER] = [1, 2, 3].map((n) => `11111111-1111-4111-8111-${String(n).padStart(12, '0')}`) as [
  string,
  string,
  string,
]

let server: TestServer
let folder = ''
beforeEach(async () => {
  server = await startTestServer()
  folder = await mkdtemp(join(tmpdir(), 'unblink-replay-'))
  await writeFile(join(folder, 'site.json'), JSON.stringify(siteInput))
  const opened = { opened: { kind: 'count', on: { event: 'page_view' } } }
  await writeFile(join(folder, 'wider.json'), JSON.stringify({ ...siteInput, attributes: opened }))
})
afterEach(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

const visit = async (visitor: string) => {
  const events = [makeEvent({ t: 'page_view', p: { kind: 'load', title: '', source: {} } }), makeEvent()]
  await sendBatch(server, events, {}, { cookie: `ub_v=${visitor}` })
}
const call = async (method: string, visitor: string, path: string, body?: object) =>
  expect((await callWithKey(server, method, `/v1/visitors/${visitor}/${path}`, { body })).status).toBeLessThan(300)
const replay = async (config: string, ...args: string[]) => {
  const out: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
  try {
    const code = await runReplay(['--config', join(folder, config), '--data', server.dataDir, ...args])
    return { code, out: out.join('') }
  } finally {
    write.mockRestore()
  }
}

test('users are worked out anew with all that their visitors did, before, as them and afterwards; --write fills in what is new', async () => {
  await visit(PHONE)
  await visit(LAPTOP)
  await call('PUT', PHONE, 'user', { user: 'u-17' })
  await visit(PHONE)
  await call('PUT', LAPTOP, 'user', { user: 'u-17' })
  await visit(LAPTOP)
  await call('DELETE', PHONE, 'user')
  await visit(PHONE)
  // A merge that was taken back has never been, and is in no log.
  await visit(STRANGER)
  await call('PUT', STRANGER, 'user', { user: 'u-18' })
  await call('POST', STRANGER, 'unmerge')

  const same = '3 profiles worked out anew; 0 differ from what is stored.\n'
  expect(await replay('site.json', '--check')).toEqual({ code: 0, out: same })
  expect((await replay('wider.json', '--check')).out).toBe(
    `3 profiles worked out anew; 3 differ from what is stored.\n  ${PHONE}\n  ${STRANGER}\n  user:u-17\n`,
  )
  expect((await replay('wider.json', '--write')).out).toContain('2 were different and are stored now, 1 are left')
  expect((await replay('wider.json', '--check')).out).toMatch(new RegExp(`1 differ .*\n {2}${STRANGER}\n$`))
  // Of one visitor, that is of whom they are.
  expect((await replay('wider.json', '--check', '--visitor', LAPTOP)).out).toMatch(/^1 profiles .* 0 differ/)

  // What a merge goes back to when it is taken back has it, too.
  const database = openDatabase(server.dataDir)
  const merges = createLinks(database, 'bank').getMerges('u-17')
  database.close()
  expect(merges.map(({ anonymous }) => anonymous?.derived)).toEqual([{ opened: { n: 1 } }, { opened: { n: 1 } }])
  expect(merges[1]!.known?.derived).toEqual({ opened: { n: 2 } })
})

test('a user of whom the log has lost something is named, and left as they are', async () => {
  await sendBatch(server, [makeEvent({ t: 'conversion', p: { goal: 'apply' } })], {}, { cookie: `ub_v=${PHONE}` })
  await call('PUT', PHONE, 'user', { user: 'u-17' })
  await visit(PHONE)
  const database = openDatabase(server.dataDir)
  database.exec('DELETE FROM events WHERE position = 1')
  database.close()
  expect(await replay('site.json', '--check')).toMatchObject({
    code: 1,
    out: expect.stringContaining('user:u-17') as string,
  })
  const before = server.unblink.readProfile(PHONE)
  expect((await replay('wider.json', '--write')).out).toContain('0 were different and are stored now, 1 are left')
  expect(server.unblink.readProfile(PHONE)).toEqual(before)
})
