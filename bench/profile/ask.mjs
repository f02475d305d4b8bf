import { Agent, request } from 'node:http'
import { getQuantile } from '../first-paint/report/statistics.mjs'
import { site, USER_AGENT } from '../collector/traffic.mjs'
import { toVisitor } from './visitors.mjs'

/**
 * Asks for profiles, as a process of its own: `process.send({ url, visitors, perSecond, seconds })` starts it. Requests leave at a
 * constant rate, whatever comes back, each for another visitor, and a time counts from when its request should have left. Sends
 * back `{ second }` once a second and `{ result }` at the end.
 */
const TICK_MS = 2
const TIMEOUT_MS = 10_000

process.once('message', (task) => {
  void run(task).then((result) => process.send({ result }, () => process.disconnect()))
})

const BODY = JSON.stringify({
  v: 1,
  key: site.keys.browser,
  slots: Object.fromEntries(Object.keys(site.slots).map((name) => [name, {}])),
  url: '/',
  referrer: '',
  consent: { personalization: 'granted', analytics: 'granted' },
})

function ask(agent, url, visitor) {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'text/plain',
      'content-length': Buffer.byteLength(BODY),
      'user-agent': USER_AGENT,
      origin: new URL(url).origin,
      cookie: `ub_v=${visitor}`,
    }
    const sent = request(`${url}/v1/p`, { method: 'POST', agent, headers, timeout: TIMEOUT_MS }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
      response.on('error', () => resolve(false))
      // A reply that knows the visitor: its generation is above 0.
      response.on('end', () => resolve(response.statusCode === 200 && /"generation":[1-9]/.test(text)))
    })
    sent.on('timeout', () => sent.destroy())
    sent.on('error', () => resolve(false))
    sent.end(BODY)
  })
}

async function run({ url, visitors, perSecond, seconds }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const ms = []
  let second = []
  let failed = 0
  let open = 0
  // Steps of a prime: every visitor comes up before any comes again, near and far in turns.
  const step = 611_953
  const report = setInterval(() => {
    process.send({ second: { asked: second.length, p99: getQuantile(second, 0.99), failed } })
    second = []
  }, 1_000)
  const startedAt = performance.now()
  const total = perSecond * seconds
  for (let sent = 0; sent < total;) {
    const now = performance.now()
    while (sent < total && startedAt + (sent * 1_000) / perSecond <= now) {
      const dueAt = startedAt + (sent * 1_000) / perSecond
      const visitor = toVisitor((sent++ * step) % visitors)
      open++
      void ask(agent, url, visitor).then((isKnown) => {
        open--
        if (!isKnown) return failed++
        const took = performance.now() - dueAt
        ms.push(took)
        second.push(took)
      })
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  while (open > 0) await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  clearInterval(report)
  agent.destroy()
  const quantile = (share) => getQuantile(ms, share)
  return { asked: total, failed, p50: quantile(0.5), p99: quantile(0.99), p999: quantile(0.999), max: Math.max(...ms) }
}
