import type { JetStreamManager } from '@nats-io/jetstream'
import { expect, test } from 'vitest'
import type { LogRecord } from '../log.ts'
import { watchStream } from './watchStream.ts'

const EPOCH = Date.UTC(2026, 0, 1)
const toTime = (ms: number) => new Date(EPOCH + ms).toISOString()

/** A stream whose time of creation can be set, as only some versions of nats-server change it; `times` are those of its messages. */
async function open(times: readonly number[]) {
  const stream = { created: toTime(0), times }
  const manager = {
    streams: {
      info: () => {
        const state = { last_seq: stream.times.length, last_ts: toTime(stream.times.at(-1) ?? 0) }
        return Promise.resolve({ created: stream.created, state })
      },
      getMessage: (_: string, { seq }: { seq: number }) => {
        const at = stream.times[seq - 1]
        return Promise.resolve(at === undefined ? null : { time: new Date(EPOCH + at) })
      },
    },
  } as unknown as JetStreamManager
  let time = 0
  const logs: LogRecord[] = []
  const watch = await watchStream({ manager, stream: 'events', log: (one) => logs.push(one), getTime: () => time })
  watch.stop()
  const look = (afterMs = 1_000) => {
    time += afterMs
    return watch.isReplacedNow()
  }
  return { stream, watch, logs, look }
}

test('the same stream with another time of creation is no other, however often that changes', async () => {
  const { stream, watch, logs, look } = await open([1, 2])
  for (const n of [1, 2, 3]) {
    stream.created = toTime(n)
    stream.times = [...stream.times, 10 * n]
    expect(await look()).toBe(false)
  }
  expect([watch.isReplaced(), logs]).toEqual([false, []])
})

test('a stream that was empty may get another time of creation, since nothing is known of it by numbers', async () => {
  const { stream, look } = await open([])
  stream.created = toTime(1)
  stream.times = [5]
  expect(await look()).toBe(false)
})

test('another stream that has grown as long is noticed once, by the time of the message that was last', async () => {
  const { stream, watch, logs, look } = await open([1, 2])
  stream.created = toTime(3)
  stream.times = [4, 5, 6]
  expect([await look(), await look(), watch.isReplaced()]).toEqual([true, true, true])
  expect(logs).toMatchObject([{ code: 'stream_replaced', message: expect.stringMatching(/made anew/) as string }])
})

test('an older copy under the same time of creation is noticed when two looks find it shorter', async () => {
  const { stream, watch, logs, look } = await open([1, 2, 3])
  stream.times = [1]
  await expect(look()).rejects.toThrow('ends at message 1, after it had 3')
  await expect(look(500)).rejects.toThrow('ends at message 1')
  expect(watch.isReplaced()).toBe(false)
  expect(await look(500)).toBe(true)
  expect(logs).toMatchObject([{ message: expect.stringMatching(/message 1, after it had 3: an older copy/) as string }])
})

test('a NATS server that is behind for one look raises no alarm', async () => {
  const { stream, logs, look } = await open([1, 2, 3])
  for (const shorter of [[1], [1, 2]]) {
    stream.times = shorter
    await expect(look()).rejects.toThrow('after it had 3')
    stream.times = [1, 2, 3]
    expect(await look()).toBe(false)
  }
  expect(logs).toEqual([])
})

test('looks at the same moment share one, and a later one is fresh', async () => {
  const { stream, look } = await open([1])
  expect(await look()).toBe(false)
  stream.created = toTime(9)
  stream.times = [2]
  expect(await look(0)).toBe(false)
  expect(await look(200)).toBe(true)
})
