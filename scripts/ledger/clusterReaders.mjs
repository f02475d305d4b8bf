import { Agent, request } from 'node:http'
import { makeBatch, site } from '../../bench/collector/traffic.mjs'

const EVERY_MS = 40
/** Longer than any page waits: an answer after it is none. */
const TIMEOUT_MS = 1_000

/** Asks for profiles all the time, as pages do, and counts the questions that got no decision in time. */
export function createReaders({ url, run, visitors }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const { hostname, port, origin } = new URL(url)
  const consent = { personalization: 'granted', analytics: 'granted' }
  const body = JSON.stringify({
    v: 1,
    key: site.keys.browser,
    url: '/',
    referrer: '',
    slots: { 'home.hero': {} },
    consent,
  })
  const times = []
  let asked = 0
  let failed = 0
  let isEnded = false

  const ask = () =>
    new Promise((resolve) => {
      const { cookie } = makeBatch({ run, n: asked++, visitors, now: 0 })
      const startedAt = performance.now()
      const fail = () => {
        failed++
        resolve()
      }
      const headers = { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body), origin, cookie }
      const sent = request({ hostname, port, path: '/v1/p', method: 'POST', agent, headers, timeout: TIMEOUT_MS })
      sent.on('timeout', () => sent.destroy())
      sent.on('error', fail)
      sent.on('response', (response) => {
        response.resume()
        response.on('end', () => {
          const ms = performance.now() - startedAt
          times.push(ms)
          if (response.statusCode === 200 && ms <= TIMEOUT_MS) resolve()
          else fail()
        })
      })
      sent.end(body)
    })

  const work = async () => {
    for (; !isEnded; await new Promise((resolve) => setTimeout(resolve, EVERY_MS))) await ask()
  }
  const working = work()

  return {
    getCounts() {
      const sorted = times.toSorted((a, b) => a - b)
      return {
        asked,
        failed,
        longestMs: sorted.at(-1) ?? 0,
        p50: sorted[Math.floor(sorted.length * 0.5)],
        p99: sorted[Math.floor(sorted.length * 0.99)],
      }
    },
    async end() {
      isEnded = true
      await working
      agent.destroy()
    },
  }
}
