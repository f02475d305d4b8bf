import { request as requestHttp, type Agent, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { getRetryAfterMs } from '../http/getRetryAfterMs.ts'
import { getMessage } from '../log.ts'
import { RefusedAddress } from './createLookup.ts'

/** What came of one attempt. */
export type Attempt =
  | { readonly type: 'delivered' }
  /** 410: the receiver wants no more. */
  | { readonly type: 'gone' }
  /** `isRefused`: it was never connected to, as its address is not allowed. */
  | {
      readonly type: 'failed'
      readonly why: string
      readonly retryAfterMs?: number | undefined
      readonly isRefused?: boolean
    }

export interface PostInput {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** For everything: name, connection, answer. */
  readonly timeoutMs: number
  readonly agent: Agent
  readonly lookup: LookupFunction
  /** Epoch milliseconds, for a Retry-After that is a date. */
  readonly now: number
  /** Ends the attempt; it then fails. */
  readonly signal: AbortSignal
}

/** Of an answer nothing is needed but a word on why it failed. */
const MAX_READ_BYTES = 16 * 1024
const MAX_EXCERPT = 200

/** The beginning of an answer, on one line. */
async function readExcerpt(response: IncomingMessage): Promise<string> {
  let bytes = 0
  const chunks: Buffer[] = []
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= MAX_READ_BYTES) break // which closes the connection
    }
  } catch {
    // The status has said that it failed; why is a courtesy.
  }
  const text = Buffer.concat(chunks).toString('utf8')
  // What a stranger's answer says ends up in a terminal.
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_EXCERPT)
}

async function judge(response: IncomingMessage, now: number): Promise<Attempt> {
  const status = response.statusCode ?? 0
  if (status >= 200 && status < 300) {
    // The answer is the status; what follows is let go, and cut off when it is long.
    void readExcerpt(response)
    return { type: 'delivered' }
  }
  const excerpt = await readExcerpt(response)
  if (status === 410) return { type: 'gone' }
  const said = excerpt ? `: ${excerpt}` : ''
  if (status >= 300 && status < 400)
    return {
      type: 'failed',
      why: `HTTP ${status}, a redirect, which is not followed; declare the address that it leads to`,
    }
  return {
    type: 'failed',
    why: `HTTP ${status}${said}`,
    retryAfterMs: getRetryAfterMs(response.headers['retry-after'], now),
  }
}

/** Sends one message once. Follows no redirect, and never rejects. */
export function postMessage(input: PostInput): Promise<Attempt> {
  const { url, headers, body, timeoutMs, agent, lookup, now, signal } = input
  return new Promise((resolve) => {
    const options: RequestOptions = { method: 'POST', headers, agent, lookup, signal }
    const request = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options)
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    let hasStatus = false
    request.once('close', () => clearTimeout(timer))
    request.once('response', (response) => {
      hasStatus = true
      void judge(response, now).then(resolve)
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (hasStatus) return
      // A connection that was kept, and closed at the other end just now: nothing has been read there.
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(postMessage(input))
      else resolve({ type: 'failed', why: getMessage(error), isRefused: error instanceof RefusedAddress })
    })
    request.end(body)
  })
}
