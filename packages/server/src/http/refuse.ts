import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** Answers with what happened and what to do, as JSON: `{v, error: {code, message}}`. */
export function refuse(c: Context, status: ContentfulStatusCode, code: string, message: string): Response {
  // 503 is always about load or a disk that may free up, never about the request.
  if (status === 503) return refuseForNow(c, { status, code, message, retryMs: 1_000 })
  return answer(c, status, { v: 1, error: { code, message } })
}

export interface Refusal {
  /** 429: more comes than can be taken. 503: the server cannot write just now. */
  readonly status: 429 | 503
  readonly code: string
  readonly message: string
  /** When to come again. */
  readonly retryMs: number
}

/** Refuses what the sender shall keep and send again: says when, as Retry-After (whole seconds) and as `next` (milliseconds). */
export function refuseForNow(c: Context, { status, code, message, retryMs }: Refusal): Response {
  c.header('retry-after', String(Math.ceil(retryMs / 1_000)))
  // Without it, a page of another origin cannot read the header.
  c.header('access-control-expose-headers', 'Retry-After')
  return answer(c, status, { v: 1, next: retryMs, error: { code, message } })
}

function answer(c: Context, status: ContentfulStatusCode, body: object): Response {
  c.header('cache-control', 'no-store')
  c.header('x-content-type-options', 'nosniff')
  return c.json(body, status)
}
