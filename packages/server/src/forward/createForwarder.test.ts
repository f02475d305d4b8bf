/* eslint-disable unblink/banned-words -- A company has this name. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnyEvent } from '@unblink/protocol'
import { afterEach, expect, test } from 'vitest'
import { getUrl, startCli } from '../../test/startCli.ts'
import {
  COOKIE,
  makeBatch,
  makeId,
  makeSite,
  post,
  siteInput,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../../test/startTestServer.ts'
import { expose, until, useDestinations } from '../../test/useDestinations.ts'
import { collect } from '../collector/collect.ts'
import type { LogRecord } from '../log.ts'
import { createRegistry } from '../metrics/createRegistry.ts'
import { createAudit } from '../privacy/createAudit.ts'
import { createEraser } from '../privacy/createEraser.ts'
import { createStore } from '../store/createStore.ts'
import { createWriter } from '../store/createWriter.ts'
import { openDatabase } from '../store/openDatabase.ts'
import { createForwarder } from './createForwarder.ts'

let server: TestServer | undefined
// Ends before what it hands on to.
const { now: to, getForward, expectBoth } = useDestinations()
afterEach(async () => {
  await server?.stop()
  server = undefined
})

const start = async () => (server = await startTestServer({ site: makeSite({ forward: getForward() }) }))

test('what visitors were exposed to arrives at both, under names that lead back to nobody', async () => {
  await expectBoth(await start(), [])
})

/** The forwarder alone, over a database of its own, without the waits that a server has. */
function open(secret = to.segment.writeKey) {
  const site = makeSite({ forward: { segment: getForward().segment } })
  const database = openDatabase()
  createAudit(database, site.id)
  const logs: LogRecord[] = []
  const log = (record: LogRecord) => void logs.push(record)
  const writer = createWriter({ database, log })
  const store = createStore(database, site.id)
  const registry = createRegistry()
  const env: Record<string, string> = { TEST_SEGMENT_KEY: secret }
  const waits = { everyMs: 5, retryMs: 5, settleMs: 0 }
  const input = { database, writer, getSite: () => site, registry, log, now: Date.now, env, ...waits }
  const forwarder = createForwarder(input)
  return {
    ...{ logs, env, registry },
    async add(events: readonly AnyEvent[], visitor = VISITOR) {
      const at = Date.now()
      await writer.write(() => collect({ site, store, events, visitor, sentAt: at, receivedAt: at }), 1)
    },
    erase: (visitor: string) => writer.write(() => createEraser(database, site.id).eraseVisitor(visitor), 0),
    async close() {
      await forwarder.close()
      writer.close()
      database.close()
    },
  }
}

test('while it is away its events wait, and who is erased meanwhile is never told of', async () => {
  const one = open()
  to.segment.answer(503)
  const kept = expose()
  await one.add([kept])
  await one.add([expose()], 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa')
  await until(() => expect(one.registry.format()).toContain('unblink_forward_failing{to="segment"} 1'))
  expect(one.logs).toContainEqual(expect.objectContaining({ code: 'forward_failed', to: 'segment' }))
  await one.erase('aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa')
  to.segment.answer(200)
  await until(() => expect(one.registry.format()).toContain('unblink_forward_failing{to="segment"} 0'))
  await until(() => expect(one.registry.format()).toContain('unblink_forward_pending{to="segment"} 0'))
  expect([...to.segment.taken.keys()]).toEqual([kept.i])
  await one.close()
})

test('what is refused is dropped and counted, and what comes after it goes on', async () => {
  const one = open()
  to.segment.answer(400)
  await one.add([expose(), expose()])
  const refused = 'unblink_forward_segment_events_total{fate="refused"} 2'
  await until(() => expect(one.registry.format()).toContain(refused))
  expect(one.logs).toContainEqual(expect.objectContaining({ code: 'forward_dropped', to: 'segment', refused: 2 }))
  to.segment.answer(200)
  const good = expose()
  await one.add([good])
  await until(() => expect([...to.segment.taken.keys()]).toEqual([good.i]))
  await one.close()
})

test('a wrong key drops nothing, and the log says which variable to look at', async () => {
  const one = open('another-key')
  await one.add([expose()])
  const message: unknown = expect.stringContaining('TEST_SEGMENT_KEY')
  await until(() => expect(one.logs).toContainEqual(expect.objectContaining({ code: 'forward_failed', message })))
  expect(JSON.stringify(one.logs)).not.toContain('another-key')
  one.env['TEST_SEGMENT_KEY'] = to.segment.writeKey
  await until(() => expect(to.segment.taken.size).toBe(1))
  await one.close()
})

test('a server that is killed before it could note what had arrived loses nothing, and Segment knows the repeats', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unblink-forward-'))
  const config = join(folder, 'site.json')
  await writeFile(config, JSON.stringify({ ...siteInput, forward: { segment: getForward().segment } }))
  const args = ['serve', '--config', config, '--data', join(folder, 'data'), '--port', '0']
  // It takes what it is sent, and never says so: the server cannot know.
  to.segment.holdFrom(1)
  const first = startCli(args)
  const url = await getUrl(first)
  const events = Array.from({ length: 3 }, () => Array.from({ length: 100 }, expose))
  for (const list of events) {
    const response = await post(`${url}/v1/e`, makeBatch(list), { ...COOKIE, 'x-request': makeId() })
    expect(response.status).toBe(200)
  }
  await until(() => expect(to.segment.getHeld()).toBe(1))
  const before = to.segment.taken.size
  first.child.kill('SIGKILL')
  await first.ended
  to.segment.holdFrom(Infinity)
  const second = startCli(args)
  try {
    await getUrl(second)
    const ids = events.flat().map(({ i }) => i)
    await until(() => expect([...to.segment.taken.keys()].sort()).toEqual([...ids].sort()))
    expect(before).toBeGreaterThan(0)
    expect(to.segment.getRepeats()).toBe(before)
    expect(to.segment.faults).toEqual([])
  } finally {
    second.child.kill('SIGTERM')
    await second.ended
    await rm(folder, { recursive: true })
  }
})
