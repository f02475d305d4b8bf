import type { BatchReply } from '@unblink/protocol'

/** What came back for a batch. Status 0: nothing that a script may read. */
export interface Answer {
  readonly _status: number
  readonly _body?: Partial<BatchReply> | null
  /** The `Retry-After` header: seconds or an HTTP date. */
  readonly _retryAfter?: string | null
}

/**
 * What to do with the batch: it is `sent`; `drop` its one event; `stop` for this page; or `keep` it. Then wait, and let
 * the next batch hold no more than `_limit` events.
 */
export type Step =
  | { readonly _type: 'sent'; readonly _reply: BatchReply }
  | { readonly _type: 'stop' }
  | { readonly _type: 'drop' | 'keep'; readonly _waitMs: number; readonly _limit: number }

const BASE_MS = 1_000
const MAX_BACKOFF_MS = 5 * 60_000
/** The longest that a collector can keep a page from sending. */
export const MAX_WAIT_MS = 15 * 60_000

/**
 * The delivery policy. Only a 2xx with an acknowledgement counts as delivered; everything else keeps the events, except
 * a single one that the collector calls unusable. A batch that fails is halved, because one of its events may be what
 * the collector stumbles over. Waits are what the server asks for, from 1 s to 15 min and up to a tenth more so that
 * not all return at once; else exponential with full jitter.
 * @param size Events in the batch.
 * @param failures Waits in a row until now.
 * @param chance A random number from 0 up to 1.
 * @param now Wall clock, epoch milliseconds.
 */
export function retry(answer: Answer, size: number, failures: number, chance: number, now: number): Step {
  const { _status: status, _body: body, _retryAfter: retryAfter } = answer
  // A captive portal's page is no acknowledgement, though its status says 200.
  if (status >= 200 && status < 300 && body?.v === 1 && body.ok! + body.dup! >= 0 && Array.isArray(body.rej))
    return { _type: 'sent', _reply: body as BatchReply }
  if (status === 401 || status === 403) return { _type: 'stop' }

  const half = size >> 1 || 1
  const isUnusable = [400, 413, 415, 422].includes(status) && size
  if (isUnusable && size > 1) return { _type: 'keep', _waitMs: 0, _limit: half }

  const askedMs = parseFloat(retryAfter!) * 1_000 || Date.parse(retryAfter!) - now
  const waitMs =
    // Not a number when there is no such header, or nothing in it that can be read.
    Math.min(MAX_WAIT_MS, Math.max(BASE_MS, askedMs) * (1 + chance / 10)) ||
    Math.min(MAX_BACKOFF_MS, BASE_MS * 2 ** failures) * chance
  // A busy collector is not helped by more, smaller requests.
  return { _type: isUnusable ? 'drop' : 'keep', _waitMs: waitMs, _limit: status === 429 ? size : half }
}
