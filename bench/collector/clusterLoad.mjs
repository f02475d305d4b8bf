import { createClient } from './createClient.mjs'
import { EVENTS_IN_BATCH, makeBatch } from './traffic.mjs'

/**
 * A load as a process of its own: `process.send({ urls, run, visitors, inFlight, warmUpSeconds, seconds })` starts it. Each
 * collector always has `inFlight` batches under way, so what comes back is what it can take. Sends back `{ second }` once a
 * second, and `{ result }` at the end: of the time after the warm-up.
 */
process.once('message', (task) => {
  void run(task).then((result) => process.send({ result }, () => process.disconnect()))
})

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const getQuantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]

async function run({ urls, run: id, visitors, inFlight, warmUpSeconds, seconds }) {
  const startedAt = performance.now()
  const countsFrom = startedAt + warmUpSeconds * 1_000
  const endsAt = countsFrom + seconds * 1_000
  const clients = urls.map((url) => createClient({ url, sockets: inFlight }))
  const times = []
  let next = 0
  let refused = 0
  let unanswered = 0
  let taken = 0
  let inSecond = 0
  const report = setInterval(() => {
    process.send({ second: { taken: inSecond * EVENTS_IN_BATCH, refused } })
    inSecond = 0
  }, 1_000)

  const deliver = async (client, n) => {
    for (;;) {
      const sentAt = performance.now()
      const { status, ok, dup, waitMs } = await client.send(makeBatch({ run: id, n, visitors, now: Date.now() }))
      const now = performance.now()
      const isCounted = now >= countsFrom && now <= endsAt
      if (status === 200 && ok + dup === EVENTS_IN_BATCH) {
        inSecond++
        if (isCounted) {
          taken++
          times.push(now - sentAt)
        }
        return
      }
      if (isCounted) status === 0 ? unanswered++ : refused++
      if (now > endsAt) return
      await wait(Math.min(waitMs, 2_000))
    }
  }
  const work = async (client) => {
    while (performance.now() < endsAt) await deliver(client, next++)
  }
  await Promise.all(clients.flatMap((client) => Array.from({ length: inFlight }, () => work(client))))
  clearInterval(report)
  clients.forEach((client) => client.close())
  const sorted = times.sort((a, b) => a - b)
  return {
    eventsPerSecond: (taken * EVENTS_IN_BATCH) / seconds,
    p50: getQuantile(sorted, 0.5),
    p99: getQuantile(sorted, 0.99),
    refused,
    unanswered,
    batches: next,
  }
}
