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
  | readonly [reply: BatchReply, waitMs?: undefined, limit?: undefined, isUnusable?: undefined]
  /**
   * It is not. `waitMs`: until the next try; 0 only for that of the first half of an unusable batch. `limit`: how many
   * events that may hold; 0 says that one has failed alone. `isUnusable`: as it is; one alone is given up, all else kept.
   */
  | readonly [reply: undefined, waitMs: number, limit: number, isUnusable: boolean]

const BASE_MS = 1_000
const MAX_BACKOFF_MS = 5 * 60_000
/** The longest that a collector can keep a page from sending. */
export const MAX_WAIT_MS = 15 * 60_000
/** 23 days; a timer cannot wait longer than 24. */
export const NEVER_MS = 2e9

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
  if (status < 300 && body?.v === 1 && body.ok! + body.dup! >= 0 && body.rej?.some) return [body as BatchReply]

  if (status === 401 || status === 403) return [undefined, NEVER_MS, size, false]

  const half = size >> 1
  const isUnusable = [400, 413, 415, 422].includes(status)
  const askedMs = 1_000 * (retryAfter as never) || Date.parse(retryAfter!) - now
  const waitMs =
    // Not a number when there is no such header, or nothing in it that can be read.
    Math.min(MAX_WAIT_MS, Math.max(BASE_MS, askedMs) * (1 + chance / 10)) ||
    Math.min(MAX_BACKOFF_MS, BASE_MS * 2 ** failures) * chance ||
    1
  return [
    undefined,
    isUnusable && half ? 0 : waitMs,
    // A busy collector is not helped by more, smaller requests.
    status === 429 ? size : half,
    isUnusable,
  ]
}
