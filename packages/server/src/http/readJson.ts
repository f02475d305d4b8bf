import type { Context } from 'hono'
import { isTooDeep } from './isTooDeep.ts'
import { readBody, type Body, type ByteBudget } from './readBody.ts'
import { refuse } from './refuse.ts'

export type JsonBody =
  | { readonly ok: true; readonly value: unknown; readonly bytes: number }
  | { readonly ok: false; readonly response: Response }

type Refusal = Parameters<typeof refuse>[1]

const FAULTS: Record<Exclude<Body['type'], 'body'>, readonly [Refusal, string]> = {
  'too-large': [413, 'The body is too large. Send less at once.'],
  'too-slow': [408, 'The body took too long to arrive. Send it again.'],
  'no-room': [503, 'Too many bodies are being received. Send it again later.'],
  'not-gzip': [400, 'The body is not gzip, or broke off.'],
  'not-utf8': [400, 'The body is not UTF-8.'],
  broken: [400, 'The body broke off.'],
}

/** An event's own values may be 8 deep; with the batch around it, this leaves room. */
const MAX_DEPTH = 32

/**
 * Reads a JSON body sent as text/plain (as pages do, to spare a preflight) or application/json, plain or as gzip. What
 * cannot be read is answered here. The caller gives the bytes of a body back to the budget when its request is done.
 */
export async function readJson(c: Context, maxBytes: number, budget: ByteBudget): Promise<JsonBody> {
  const fail = (status: Refusal, code: string, message: string): JsonBody => ({
    ok: false,
    response: refuse(c, status, code, message),
  })
  const type = c.req.header('content-type') ?? 'text/plain'
  const encoding = c.req.header('content-encoding') ?? 'identity'
  if (!/^(text\/plain|application\/json)\s*(;|$)/i.test(type)) {
    return fail(415, 'content_type', 'Send JSON as text/plain or application/json.')
  }
  const isGzip = /^(x-)?gzip$/i.test(encoding)
  if (!isGzip && !/^identity$/i.test(encoding)) {
    // RFC 9110, 15.5.16: tells what would be taken.
    c.header('accept-encoding', 'gzip')
    return fail(415, 'content_encoding', 'Send the body as it is, or with gzip once.')
  }
  const body = await readBody(c.req.raw, { maxBytes, isGzip, budget })
  if (body.type !== 'body') return fail(FAULTS[body.type][0], body.type.replace('-', '_'), FAULTS[body.type][1])
  if (isTooDeep(body.text, MAX_DEPTH)) {
    budget.left += body.bytes
    return fail(400, 'depth', `The body is nested deeper than ${MAX_DEPTH} levels.`)
  }
  try {
    return { ok: true, value: JSON.parse(body.text) as unknown, bytes: body.bytes }
  } catch {
    budget.left += body.bytes
    return fail(400, 'json', 'The body is not JSON.')
  }
}
