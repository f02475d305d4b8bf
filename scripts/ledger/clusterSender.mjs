import { createClient } from '../../bench/collector/createClient.mjs'
import { EVENTS_IN_BATCH, makeBatch } from '../../bench/collector/traffic.mjs'

const SOCKETS = 32
const TICK_MS = 5
/** A page that gets no answer waits before it tries again; here it shall be soon. */
const RETRY_MS = 200
const MAX_OPEN = 400

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Sends batches at a constant rate to several collectors in turn, as behind a balancer. What gets no acknowledgement is kept,
 * and sent again with the same ids to the next.
 */
export function createClusterSender({ urls, run, rate, visitors, ledger }) {
  const everyMs = (1_000 * EVENTS_IN_BATCH) / rate
  const clients = urls.map((url) => createClient({ url, sockets: SOCKETS }))
  const counts = { batches: 0, acknowledged: 0, unanswered: 0, refused: 0, dup: 0 }
  let kept = []
  let next = 0
  let turn = 0
  let open = 0
  let isPaused = false
  let isEnded = false

  const send = async (n) => {
    open++
    const client = clients[turn++ % clients.length]
    const { status, ok, dup, waitMs } = await client.send(makeBatch({ run, n, visitors, now: Date.now() }))
    open--
    if (status === 200 && ok + dup === EVENTS_IN_BATCH) {
      for (let index = 0; index < EVENTS_IN_BATCH; index++) ledger.acknowledge(n * EVENTS_IN_BATCH + index)
      counts.acknowledged += EVENTS_IN_BATCH
      counts.dup += dup
      return
    }
    if (status === 0) counts.unanswered++
    else counts.refused++
    kept.push({ n, dueAt: performance.now() + (status === 0 ? RETRY_MS : Math.min(waitMs, 3_000)) })
  }

  const sendKept = () => {
    const now = performance.now()
    const due = kept.filter(({ dueAt }) => dueAt <= now)
    kept = kept.filter(({ dueAt }) => dueAt > now)
    for (const { n } of due) void send(n)
  }

  const work = async () => {
    let last = performance.now()
    let owed = 0
    for (; !isEnded; await wait(TICK_MS)) {
      const now = performance.now()
      owed = isPaused ? 0 : Math.min(owed + (now - last) / everyMs, MAX_OPEN)
      last = now
      sendKept()
      for (; owed >= 1 && open < MAX_OPEN; owed--) {
        counts.batches++
        void send(next++)
      }
    }
  }
  const working = work()

  return {
    counts,
    getBatches: () => next,
    /** Resolves when all that was sent has been acknowledged; throws after `ms`. */
    async settle(ms) {
      isPaused = true
      const endsAt = performance.now() + ms
      while (open > 0 || kept.length > 0) {
        if (performance.now() > endsAt)
          throw new Error(`${kept.length + open} batches were not acknowledged in ${ms / 1_000} s.`)
        await wait(TICK_MS)
      }
    },
    resume() {
      isPaused = false
    },
    async end() {
      isEnded = true
      await working
      clients.forEach((client) => client.close())
    },
  }
}
