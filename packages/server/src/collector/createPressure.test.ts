import { afterEach, expect, test } from 'vitest'
import type { LogRecord } from '../log.ts'
import type { QueueState } from '../store/createWriter.ts'
import { createPressure, type Pressure } from './createPressure.ts'

const IDLE: QueueState = { jobs: 0, bytes: 0, waitMs: 0, isFull: false }
let queue = IDLE
let now = 0
let logs: LogRecord[] = []
let pressure: Pressure
afterEach(() => pressure.stop())

/** A tick each millisecond of real time, so the clock below decides what each of them sees. */
function create(random = 0.5) {
  queue = IDLE
  now = 0
  logs = []
  pressure = createPressure({
    getQueue: () => queue,
    log: (record) => logs.push(record),
    getTime: () => now,
    random: () => random,
    tickMs: 1,
  })
  return pressure
}
/** Lets at least one tick see the time as it is. */
const tick = () => new Promise((resolve) => setTimeout(resolve, 30))

test.each([
  ['nothing waits', IDLE, 0],
  ['much waits, and is soon written', { ...IDLE, bytes: 500_000, waitMs: 25 }, 0],
  ['what waits takes a while', { ...IDLE, bytes: 500_000, waitMs: 45 }, 1],
  ['what waits takes long', { ...IDLE, bytes: 500_000, waitMs: 90 }, 2],
  ['little waits, and only the machine is slow', { ...IDLE, bytes: 10_000, waitMs: 900 }, 0],
  ['the queue is full', { ...IDLE, isFull: true }, 2],
])('when %s', (_name, state, level) => {
  create()
  queue = state
  expect(pressure.getLevel()).toBe(level)
})

test('an event loop that is late counts only while many batches are open and the writer has work', () => {
  create()
  queue = { ...IDLE, bytes: 64 * 1024, waitMs: 5 }
  const ends = Array.from({ length: 63 }, () => pressure.begin())
  now = 90 // no tick has run since 0
  expect(pressure.getLevel()).toBe(0)
  ends.push(pressure.begin())
  expect(pressure.getLevel()).toBe(2)
  queue = { ...IDLE, bytes: 60 * 1024, waitMs: 5 }
  expect(pressure.getLevel()).toBe(0)
  queue = { ...IDLE, bytes: 64 * 1024, waitMs: 5 }
  ends.forEach((end) => end(true))
  expect(pressure.getLevel()).toBe(0)
})

test('the more are refused for each that is taken, the later they shall return, within bounds and spread', async () => {
  create(0.5)
  expect(pressure.getRetryMs()).toBe(4_000)
  for (let count = 0; count < 10; count++) pressure.begin()(true)
  for (let count = 0; count < 90; count++) pressure.begin()(false)
  expect(pressure.getRetryMs()).toBe(40_000)
  now = 1_001
  await tick()
  expect(pressure.getRetryMs()).toBe(40_000) // still of the second before
  now = 2_002
  await tick()
  expect(pressure.getRetryMs()).toBe(4_000)
  for (let count = 0; count < 1_000; count++) pressure.begin()(false)
  expect(pressure.getRetryMs()).toBe(120_000)
})

test('an acknowledgement asks for a pause only under pressure', () => {
  create(0)
  expect(pressure.getNextMs()).toBe(0)
  queue = { ...IDLE, bytes: 500_000, waitMs: 45 }
  expect(pressure.getNextMs()).toBe(1_000)
})

test('an overload is told once when it begins and once when it is over', async () => {
  create()
  for (let count = 0; count < 5; count++) pressure.begin()(false)
  expect(logs.map(({ code }) => code)).toEqual(['overload_began'])
  now = 5_000
  await tick()
  expect(logs).toHaveLength(1)
  now = 5_001
  await tick()
  expect(logs.map(({ code }) => code)).toEqual(['overload_began', 'overload_ended'])
})
