import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { VISITOR } from '../../test/startTestServer.ts'
import { openDatabase } from '../store/openDatabase.ts'
import { createOutbox } from '../webhooks/createOutbox.ts'
import { runWebhooks } from './runWebhooks.ts'

const T0 = Date.UTC(2030, 0, 7)
let folder = ''
let out = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-webhooks-'))
  out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

/** Three messages about one visitor: the first given up, the second failing, the third behind it. */
function fill() {
  const database = openDatabase(folder)
  const outbox = createOutbox(database, 'shop')
  for (const type of ['one', 'two', 'three'])
    outbox.add({ webhook: 'crm', subject: VISITOR, at: T0, body: JSON.stringify({ type }), now: T0 })
  const [first] = outbox.getReady('crm', T0, 9)
  outbox.bury(first!, T0, 'HTTP 500')
  const [second] = outbox.getReady('crm', T0, 9)
  outbox.postpone(second!, T0 + 60_000, 'HTTP 503')
  outbox.setGone('crm', 'https://crm.example/', T0)
  return { database, outbox, ids: [first!.id, second!.id] as const }
}
const run = (...args: string[]) => {
  out = ''
  runWebhooks([...args, '--data', folder])
  return out
}

test('what waits and what has failed is listed, shown, and sent again on demand', () => {
  const { database, outbox, ids } = fill()
  const listed = run('list')
  expect(listed.split('\n')).toEqual([
    'shop crm: 2 wait, 1 given up',
    `shop crm: https://crm.example/ has answered 410 at 2030-01-07T00:00:00.000Z; nothing is sent there`,
    `${ids[0]} crm 1 attempts, given up 2030-01-07T00:00:00.000Z: HTTP 500`,
    `${ids[1]} crm 1 attempts, tried again at 2030-01-07T00:01:00.000Z: HTTP 503`,
    '',
  ])
  expect(run('list', '--json').trim().split('\n')).toHaveLength(2)
  expect(run('list', '--site', 'other')).toBe('No message waits, and none has failed.\n')
  expect(run('show', ids[0])).toContain('"type": "one"')
  expect(JSON.parse(run('show', ids[0], '--json'))).toMatchObject({ state: 'dead', body: { type: 'one' } })

  expect(run('enable', 'crm')).toContain('is sent again')
  expect(outbox.getGone('crm')).toBeUndefined()
  expect(run('retry', ids[1])).toBe('1 message is sent again.\n')
  expect(outbox.getReady('crm', T0, 9).map(({ id }) => id)).toEqual([ids[1]])
  // What was given up is put behind what waits about the same visitor.
  expect(run('retry', '--all', '--webhook', 'crm')).toBe('1 message is sent again.\n')
  const order: string[] = []
  for (let [row] = outbox.getReady('crm', T0, 9); row; [row] = outbox.getReady('crm', T0, 9)) {
    order.push(row.body)
    outbox.deliver(row, T0)
  }
  expect(order).toEqual(['{"type":"two"}', '{"type":"one"}', '{"type":"three"}'])
  expect(run('list')).toBe('No message waits, and none has failed.\n')
  database.close()
})

test.each([
  [['list', '--limit', 'x'], '--limit x: expected a number'],
  [['show'], 'Say which message'],
  [['show', 'msg_1'], 'There is no message msg_1.'],
  [['retry'], 'Say which message'],
  [['enable'], 'Say which webhook'],
  [['enable', 'crm'], 'No receiver of a webhook "crm" has answered 410'],
  [['lost'], 'Say what to do: unblink webhooks list, show, retry, enable or secret.'],
])('%j is told what is missing', (args, message) => {
  openDatabase(folder).close()
  expect(() => run(...args)).toThrow(message)
})

test('a new secret can be used in the site config, and the help tells all', () => {
  expect(run('secret')).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/)
  expect(run('--help')).toContain('unblink webhooks retry ID')
  expect(run('list', '--help')).toContain('unblink webhooks retry ID')
})
