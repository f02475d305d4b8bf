import { afterEach, expect, test, vi } from 'vitest'
import {
  COOKIE,
  GRANTED,
  makeEvent,
  makeSite,
  sendBatch,
  startTestServer,
  VISITOR,
  type TestServer,
} from '../test/startTestServer.ts'
import type { EventTap } from './site/site.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

const start = async (onEvent: EventTap) => (server = await startTestServer({ site: makeSite({ onEvent }) }))

test('each event is told once it is stored, and only the first time', async () => {
  const told: unknown[] = []
  const { unblink } = await start((event, { visitor }) => told.push([event.i, event.t, visitor]))
  const event = makeEvent()
  await sendBatch(server!, [event], {}, COOKIE)
  await sendBatch(server!, [event], {}, COOKIE)
  await unblink.setAttributes(VISITOR, { tier: 'gold' })
  await vi.waitFor(() => expect(told).toHaveLength(2))
  expect(told).toEqual([
    [event.i, 'engagement', VISITOR],
    [expect.any(String), 'attributes', VISITOR],
  ])
})

test('an event of nobody is told without a visitor', async () => {
  const told: object[] = []
  await start((_event, about) => told.push(about))
  await sendBatch(server!, [makeEvent()], { consent: { ...GRANTED, personalization: 'denied' } })
  await vi.waitFor(() => expect(told).toEqual([{}]))
})

test.each<[string, EventTap]>([
  [
    'throws',
    () => {
      throw new Error('queue is full')
    },
  ],
  ['rejects', () => Promise.reject(new Error('queue is full'))],
])('one that %s is logged once, and the events are kept', async (_name, onEvent) => {
  await start(onEvent)
  const { status, reply } = await sendBatch(server!, [makeEvent(), makeEvent()], {}, COOKIE)
  expect({ status, ok: reply.ok }).toEqual({ status: 200, ok: 2 })
  await vi.waitFor(() =>
    expect(server!.logs).toContainEqual(
      expect.objectContaining({ code: 'on_event_failed', message: 'onEvent failed: queue is full' }),
    ),
  )
  await sendBatch(server!, [makeEvent()], {}, COOKIE)
  expect(server!.logs.filter(({ code }) => code === 'on_event_failed')).toHaveLength(1)
})
