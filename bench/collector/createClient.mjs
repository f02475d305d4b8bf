import { Agent, request } from 'node:http'
import { USER_AGENT } from './traffic.mjs'

const TIMEOUT_MS = 30_000

/**
 * Sends batches over at most `sockets` connections that are kept. `send({ body, cookie })` resolves to
 * `{ status, ok, dup, waitMs }`: status 0 when no whole answer came, `waitMs` what the answer asks to wait. Never rejects.
 */
export function createClient({ url, sockets }) {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets, maxFreeSockets: sockets })
  const { hostname, port, origin } = new URL(url)
  const send = ({ body, cookie }) =>
    new Promise((resolve) => {
      const fail = () => resolve({ status: 0, ok: 0, dup: 0, waitMs: 1_000 })
      const headers = {
        'content-type': 'text/plain',
        'content-length': Buffer.byteLength(body),
        'user-agent': USER_AGENT,
        origin,
        cookie,
      }
      const sent = request({ hostname, port, path: '/v1/e', method: 'POST', agent, headers, timeout: TIMEOUT_MS })
      sent.on('timeout', () => sent.destroy())
      sent.on('error', fail)
      sent.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
        response.on('error', fail)
        response.on('close', () => (response.complete ? undefined : fail()))
        response.on('end', () => resolve(readAnswer(response, text)))
      })
      sent.end(body)
    })
  return { send, close: () => agent.destroy() }
}

function readAnswer({ statusCode, headers, complete }, text) {
  const failed = { status: 0, ok: 0, dup: 0, waitMs: 1_000 }
  if (!complete) return failed
  try {
    const { ok = 0, dup = 0, next = 0 } = JSON.parse(text)
    const retryAfterMs = 1_000 * (parseFloat(headers['retry-after']) || 0)
    return { status: statusCode, ok, dup, waitMs: Math.max(next, retryAfterMs) }
  } catch {
    return failed
  }
}
