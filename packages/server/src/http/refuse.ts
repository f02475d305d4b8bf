import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** Answers with what happened and what to do, as JSON: `{v, error: {code, message}}`. */
export function refuse(c: Context, status: ContentfulStatusCode, code: string, message: string): Response {
  // 503 is always about load or a disk that may free up, never about the request.
  if (status === 503) c.header('retry-after', '1')
  c.header('cache-control', 'no-store')
  c.header('x-content-type-options', 'nosniff')
  return c.json({ v: 1, error: { code, message } }, status)
}
