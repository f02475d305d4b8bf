import { getRetryAfterMs } from '../http/getRetryAfterMs.ts'
import { getMessage } from '../log.ts'

/**
 * What became of a request. `refused`: it would be refused again. `later`: it may be taken another time; `isOurs` when that
 * needs another setting, like the key.
 */
export type Posted =
  | { readonly type: 'taken' }
  | { readonly type: 'refused'; readonly status: number }
  | { readonly type: 'later'; readonly why: string; readonly isOurs: boolean; readonly afterMs: number }

const TIMEOUT_MS = 10_000
const MAX_RETRY_AFTER_MS = 3_600_000
/** The request itself is at fault, and no other of its kind. */
const REFUSED = [400, 413, 414, 415, 422]

export interface PostInput {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Ends it: then it is `later`. */
  readonly signal: AbortSignal
  /** Epoch milliseconds. */
  readonly now: number
}

/** Sends JSON once. Never rejects, and repeats no address: there may be a key in it. */
export async function post({ url, headers, body, signal, now }: PostInput): Promise<Posted> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual', // Keys go where the config says, and nowhere else.
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    await response.body?.cancel()
    const { status } = response
    if (response.ok) return { type: 'taken' }
    if (REFUSED.includes(status)) return { type: 'refused', status }
    const isOurs = status < 500 && ![408, 425, 429].includes(status)
    const afterMs = Math.min(MAX_RETRY_AFTER_MS, getRetryAfterMs(response.headers.get('retry-after'), now) ?? 0)
    return { type: 'later', why: `it answered ${status}`, isOurs, afterMs }
  } catch (error) {
    const cause = error instanceof Error && error.cause ? `: ${getMessage(error.cause)}` : ''
    return { type: 'later', why: `${getMessage(error)}${cause}`, isOurs: false, afterMs: 0 }
  }
}
