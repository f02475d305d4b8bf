import { performance } from 'node:perf_hooks'
import { getOwn } from '@unblink/protocol'
import type { Context, Hono } from 'hono'
import { createBuckets } from '../collector/createBuckets.ts'
import { isTooDeep } from '../http/isTooDeep.ts'
import { readBody } from '../http/readBody.ts'
import { refuse, refuseForNow } from '../http/refuse.ts'
import type { ServerContext } from '../serverContext.ts'
import { checkHookHeaders, checkHookSignature, type HookHeaders } from '../sources/checkHookSignature.ts'
import type { HookSettings } from '../sources/hook.ts'
import { readDelivery } from '../sources/readDelivery.ts'
import { toHookEventId } from '../sources/toHookEventId.ts'
import { writeAttributes } from '../sources/writeAttributes.ts'

const MAX_BYTES = 256 * 1024
const MAX_DEPTH = 32
/** Deliveries of one hook that have been signed. */
const LIMIT = { perSecond: 50, burst: 1_000 }
/** Deliveries that nobody has signed, of all hooks together. */
const UNSIGNED_LIMIT = { perSecond: 10, burst: 100 }
const OUTCOMES = ['set', 'repeat', 'empty', 'erased', 'unknown_user', 'unsigned', 'stale', 'invalid', 'rate', 'later']

const HEADERS =
  'Send webhook-id, webhook-timestamp (epoch seconds) and webhook-signature, as https://www.standardwebhooks.com has them.'
const STALE =
  'webhook-timestamp is more than 5 minutes from this server’s clock. Sign each attempt anew, and set both clocks.'
const UNSIGNED =
  'The signature is of none of the hook’s secrets, or of another body. Compare the secret at the sender with `hooks` in the site config; let no proxy change the body.'

const readHeaders = (c: Context): HookHeaders => ({
  id: c.req.header('webhook-id'),
  timestamp: c.req.header('webhook-timestamp'),
  signature: c.req.header('webhook-signature'),
})

/**
 * `POST /v1/hooks/:name`: what another system tells of a visitor, signed by Standard Webhooks and read by the mapping that the
 * site config declares. A delivery that comes again is answered 200 and does nothing. See docs/sources.md.
 */
export function addHooksRoute(app: Hono, context: ServerContext): void {
  const { metrics, budget, log, now } = context
  const counter = metrics.registry.counter('unblink_hooks_total', 'Webhooks received.', 'outcome', OUTCOMES)
  const getTime = () => performance.now()
  const limit = createBuckets({ ...LIMIT, getTime })
  const unsigned = createBuckets({ ...UNSIGNED_LIMIT, getTime })

  /** Tells the operator, who can mend it; nothing of what was sent. */
  const warn = (hook: string, outcome: string, message: string) => {
    counter.add(1, outcome)
    log({ level: 'warn', code: `hook_${outcome}`, message, hook })
  }
  const refuseRate = (c: Context, retryMs: number) => {
    counter.add(1, 'rate')
    const message = 'More deliveries come than are taken of one hook. Send it again later.'
    return refuseForNow(c, { status: 429, code: 'rate', message, retryMs })
  }
  const refuseUnsigned = (c: Context, hook: string, code: 'stale' | 'unsigned', message: string) => {
    const waitMs = unsigned.take('', 1)
    if (waitMs > 0) return refuseRate(c, waitMs)
    warn(hook, code, message)
    return refuse(c, 401, code, message)
  }

  /** A signed delivery. */
  const take = async (c: Context, name: string, settings: HookSettings, text: string) => {
    const waitMs = limit.take(name, 1)
    if (waitMs > 0) return refuseRate(c, waitMs)
    const invalid = (status: 400 | 422, code: string, message: string) => {
      warn(name, 'invalid', message)
      return refuse(c, status, code, message)
    }
    if (isTooDeep(text, MAX_DEPTH)) return invalid(400, 'depth', `The body is nested deeper than ${MAX_DEPTH} levels.`)
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return invalid(400, 'json', 'The body is not JSON. Let the sender send JSON.')
    }
    const delivery = readDelivery(settings, json)
    if (!delivery.ok) return invalid(422, 'map', `${delivery.error}. Look at hooks.${name} in the site config.`)
    const answer = (outcome: string) => {
      counter.add(1, outcome)
      c.header('cache-control', 'no-store')
      return c.json({ v: 1, outcome })
    }
    if (Object.keys(delivery.value.set).length === 0) return answer('empty')
    const eventId = toHookEventId(context.publication.site.id, name, c.req.header('webhook-id')!)
    const judged = await writeAttributes(context, delivery.value, { actor: `hook:${name}`, eventId })
    switch (judged.type) {
      case 'set':
        return answer('set')
      case 'same':
        return answer('repeat')
      case 'later':
        counter.add(1, 'later')
        return refuse(c, 503, 'storage', judged.message)
      case 'rejected':
        if (judged.code === 'schema') return invalid(422, 'schema', judged.message)
        // Nothing that the sender could do: 410 would make it give the hook up, anything else make it come again for days.
        return answer(judged.code)
    }
  }

  app.post('/v1/hooks/:name', async (c) => {
    const name = c.req.param('name')
    // An own member only: what came is somebody's text.
    const settings = getOwn(context.publication.site.hooks ?? {}, name) as HookSettings | undefined
    if (!settings)
      return refuse(c, 404, 'hook', 'There is no hook of this name. Declare it under `hooks` in the site config.')
    const headers = readHeaders(c)
    const early = checkHookHeaders(headers, now())
    if (early === 'headers') return refuse(c, 400, 'headers', HEADERS)
    if (early === 'stale') return refuseUnsigned(c, name, 'stale', STALE)
    const body = await readBody(c.req.raw, { maxBytes: MAX_BYTES, budget })
    if (body.type === 'too-large')
      return refuse(c, 413, 'too_large', `The body is larger than ${MAX_BYTES} bytes. Send less of the record.`)
    if (body.type === 'no-room') return refuse(c, 503, 'no_room', 'Too many bodies are being received. Send it later.')
    if (body.type === 'too-slow') return refuse(c, 408, 'too_slow', 'The body took too long to arrive. Send it again.')
    if (body.type !== 'body') return refuse(c, 400, body.type.replace('-', '_'), 'The body is not UTF-8, or broke off.')
    try {
      if (checkHookSignature(headers, body.text, settings.secret, now()) !== 'signed')
        return refuseUnsigned(c, name, 'unsigned', UNSIGNED)
      return await take(c, name, settings, body.text)
    } finally {
      budget.left += body.bytes
    }
  })
}
