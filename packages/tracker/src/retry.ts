import type { BatchReply } from '@unblink/protocol'

/** What came back for a batch. Status 0: nothing that a script may read. `retryAfter` is that header: seconds or an HTTP date. */
export type Answer = readonly [
  status: number,
  body?: Partial<BatchReply> | null | undefined,
  retryAfter?: string | null,
]

/** What becomes of a batch. */
export type Step =
  /** It is delivered. */
  | { readonly _reply: BatchReply }
  | {
      readonly _reply?: undefined
      /** It is of no use, and of one event; else it is kept. */
      readonly _isUseless: boolean
      /** Until the next try; 0 only for that of the first half of an unusable batch. */
      readonly _waitMs: number
      /** How many events that may hold. 0 says that one has failed alone. */
      readonly _limit: number
    }

const BASE_MS = 1_000
const MAX_BACKOFF_MS = 5 * 60_000
/** The longest that a collector can keep a page from sending. */
export const MAX_WAIT_MS = 15 * 60_000
/** The longest that a timer can wait: 24 days. */
export const NEVER_MS = 2 ** 31 - 1

/**
 * The delivery policy. Only a 2xx with an acknowledgement counts as delivered; everything else keeps the events, except
 * a single one that the collector calls unusable. A batch that fails is halved, because one of its events may be what
 * the collector stumbles over. Waits are what the server asks for, from 1 s to 15 min and up to a tenth more so that
 * not all return at once; else exponential with full jitter. A page that may not send does not try again.
 * @param size Events in the batch, at least 1.
 * @param failures Waits in a row until now.
 * @param chance A random number from 0 up to 1.
 * @param now Wall clock, epoch milliseconds.
 */
export function retry(
  [status, body, retryAfter]: Answer,
  size: number,
  failures: number,
  chance: number,
  now: number,
): Step {
  // A captive portal's page is no acknowledgement, though its status says 200.
  if (status < 300 && body?.v === 1 && body.ok! + body.dup! >= 0 && Array.isArray(body.rej))
    return { _reply: body as BatchReply }

  if (status === 401 || status === 403) return { _isUseless: false, _waitMs: NEVER_MS, _limit: size }

  const half = size >> 1
  const isUnusable = [400, 413, 415, 422].includes(status)
  const askedMs = parseFloat(retryAfter!) * 1_000 || Date.parse(retryAfter!) - now
  const waitMs =
    // Not a number when there is no such header, or nothing in it that can be read.
    Math.min(MAX_WAIT_MS, Math.max(BASE_MS, askedMs) * (1 + chance / 10)) ||
    Math.min(MAX_BACKOFF_MS, BASE_MS * 2 ** failures) * chance ||
    1
  return {
    _isUseless: isUnusable && !half,
    _waitMs: isUnusable && half ? 0 : waitMs,
    // A busy collector is not helped by more, smaller requests.
    _limit: status === 429 ? size : half,
  }
}
