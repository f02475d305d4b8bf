import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import type { AnyEvent } from '@unblink/protocol'
import { afterAll, expect, test } from 'vitest'
import { findNats, startNats } from '../../test/startNats.mjs'
import { makeEvent } from '../../test/startTestServer.ts'
import { toHookEventId } from '../sources/toHookEventId.ts'
import { createHistory, type VisitorMessage } from './createHistory.ts'
import { formatErasure, formatEvent, type LogMessage } from './logMessage.ts'

const nats = findNats() ? await startNats() : undefined
const onNats = test.skipIf(!nats)
afterAll(() => nats?.stop())

const MINUTE = 60_000
const VISITORS = 8

/** From 0 to 1, the same in every run: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function createRandom(seed: number) {
  let state = seed
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
}

/** Some hours of a stream: events in time and late ones, repeats, erasures, and what servers and hooks set. */
function makeMessages(count: number): VisitorMessage[] {
  const random = createRandom(17)
  const pick = (max: number) => Math.floor(random() * max)
  let time = Date.now() - 3 * 86_400_000
  const made: (VisitorMessage & { readonly event?: AnyEvent })[] = []
  const makeMessage = (subject: string): LogMessage => {
    const kind = random()
    const earlier = made.filter((one) => one.event && one.subject === subject && time - one.time > 10 * MINUTE)
    if (kind < 0.01) return { type: 'erase', at: time }
    if (kind < 0.1 && earlier.length > 0) {
      const event = earlier[pick(earlier.length)]!.event!
      // The device's clock is read again when it is sent again.
      const at = event.t === 'attributes' ? time : Math.min(time, event.at + pick(10_000) - 5_000)
      return { type: 'event', stored: { event: { ...event, at }, receivedAt: time } }
    }
    const hook = { i: toHookEventId('bank', 'crm', String(made.length)), t: 'attributes', p: { set: {} } }
    const late = kind < 0.2 ? pick(180 * MINUTE) : pick(5_000)
    const over = kind > 0.85 ? { ...hook, at: time } : { at: time - late }
    return { type: 'event', stored: { event: makeEvent(over), receivedAt: time } }
  }
  for (let seq = 1; seq <= count; seq++) {
    time += pick(3 * MINUTE)
    const subject = `history.${pick(VISITORS)}`
    const message = makeMessage(subject)
    made.push({ seq, subject, time, message, ...(message.type === 'event' ? { event: message.stored.event } : {}) })
  }
  return made
}

onNats('repeats and sessions are the same wherever reading begins, however few visitors are remembered', async () => {
  const connection = await connect({ servers: nats!.url })
  const manager = await jetstreamManager(connection)
  await manager.streams.add({ name: 'history', subjects: ['history.*'] })
  const messages = makeMessages(500)
  const client = jetstream(connection)
  // One connection keeps their order.
  const format = (message: LogMessage) => (message.type === 'event' ? formatEvent(message.stored) : formatErasure(0))
  await Promise.all(messages.map(({ subject, message }) => client.publish(subject, format(message))))
  const range = { manager, stream: 'history' }
  const whole = await createHistory({ ...range, isWhole: true }).trace(messages)
  expect(whole.filter(({ isRepeat }) => isRepeat).length).toBeGreaterThan(20)
  expect(new Set(whole.map(({ session }) => session)).size).toBeGreaterThan(20)

  for (const [first, max] of [
    [60, 100],
    [150, 100],
    [250, 3],
    [400, 100],
    [1, 2],
  ] as const) {
    const before = messages[first - 1]!.time - 90 * MINUTE
    const history = createHistory({ ...range, max })
    await history.trace(
      messages.filter(({ seq, time }) => seq < first && time >= before),
      false,
    )
    for (let seq = first; seq <= messages.length; seq += 40) {
      const piece = messages.slice(seq - 1, seq + 39)
      const expected = whole.slice(seq - 1, seq + 39)
      expect(await history.trace(piece), `${first} ${max}`).toEqual(expected)
      // As one who has to try again.
      if (seq === first) expect(await history.trace(piece)).toEqual(expected)
    }
  }
  await connection.close()
})
