import { createClient } from './createClient.mjs'
import { createRecorder } from './createRecorder.mjs'
import { EVENTS_IN_BATCH, makeBatch } from './traffic.mjs'

/**
 * The load, as a process of its own: `process.send({ url, run, visitors, sockets, first, phases, drainSeconds })` starts it.
 * Each phase `{ name, seconds, eventsPerSecond }` sends batches at a constant rate, whatever comes back, and the time of an
 * answer counts from when its batch should have left: a stalled server, or a stalled sender, cannot hide. What is refused is
 * sent again when the answer says, as our client does it. Sends back `{ began }` at
 * each phase and at the `drain` after them, `{ second }` once a second, and `{ result }` at the end.
 */
const TICK_MS = 2

process.once('message', (task) => {
  void run(task).then((result) => process.send({ result }, () => process.disconnect()))
})

async function run({ url, run, visitors, sockets, first, phases, drainSeconds }) {
  const client = createClient({ url, sockets })
  const recorder = createRecorder(phases.map(({ name }) => name))
  /** Batches to send again, by the millisecond at which they may leave; each is kept until it is acknowledged. */
  const again = new Map()
  let open = 0
  let next = first
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

  /** `dueAt`: when this try should leave; `since`: when the first should have. */
  const send = async (batch, phase, dueAt, since, tries) => {
    open++
    const { status, ok, dup, waitMs } = await client.send(batch)
    open--
    const now = performance.now()
    const isTaken = status === 200 && ok + dup === EVENTS_IN_BATCH
    recorder.record({ phase, now, ms: now - dueAt, status, isTaken, ok, dup, tries, totalMs: now - since })
    if (isTaken) return
    const returnAt = Math.ceil(now + Math.max(1_000, waitMs) * (1 + Math.random() / 10))
    again.set(returnAt, [...(again.get(returnAt) ?? []), { batch, since, tries: tries + 1 }])
  }

  const sendAgain = (phase, now) => {
    for (const [dueAt, batches] of again) {
      if (dueAt > now) continue
      again.delete(dueAt)
      for (const { batch, since, tries } of batches) void send(batch, phase, dueAt, since, tries)
    }
  }

  const report = setInterval(
    () => process.send({ second: { ...recorder.takeSecond(), open, waiting: again.size } }),
    1_000,
  )
  for (const { name, seconds, eventsPerSecond } of phases) {
    const startedAt = performance.now()
    const everyMs = (1_000 * EVENTS_IN_BATCH) / eventsPerSecond
    const total = Math.round((seconds * 1_000) / everyMs)
    recorder.begin(name, startedAt)
    process.send({ began: name })
    for (let sent = 0; sent < total;) {
      const now = performance.now()
      recorder.recordLag(name, Math.max(0, now - (startedAt + sent * everyMs)))
      while (sent < total && startedAt + sent * everyMs <= now) {
        const dueAt = startedAt + sent++ * everyMs
        void send(makeBatch({ run, n: next++, visitors, now: Date.now() }), name, dueAt, dueAt, 1)
      }
      sendAgain(name, now)
      await wait(TICK_MS)
    }
    recorder.end(name, performance.now())
  }
  process.send({ began: 'drain' })
  const last = phases.at(-1).name
  const endAt = performance.now() + drainSeconds * 1_000
  while ((open > 0 || again.size > 0) && performance.now() < endAt) {
    sendAgain(last, performance.now())
    await wait(TICK_MS)
  }
  clearInterval(report)
  client.close()
  const undelivered = [...again.values()].reduce((sum, batches) => sum + batches.length, 0) + open
  return { phases: recorder.getPhases(), windows: recorder.getWindows(), batches: next - first, undelivered }
}
