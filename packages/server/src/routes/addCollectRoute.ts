import { randomUUID } from 'node:crypto'
import { MAX_BATCH_BYTES, parseBatch, withPrivacyControl } from '@unblink/protocol'
import type { AnyEvent, Batch, BatchReply, Consent, RejectCode } from '@unblink/protocol'
import type { Context, Hono } from 'hono'
import { collect, type Collected } from '../collector/collect.ts'
import { createReply } from '../createReply.ts'
import { admit, ORIGIN_REFUSED } from '../http/admit.ts'
import { getPublicUrl } from '../http/getPublicUrl.ts'
import { readJson } from '../http/readJson.ts'
import { refuse } from '../http/refuse.ts'
import { formatVisitorCookie, isVisitorId, readVisitorCookie } from '../http/visitorCookie.ts'
import { getMessage } from '../log.ts'
import { createProfile } from '../profile/createProfile.ts'
import type { ServerContext } from '../serverContext.ts'

const BUSY = 'More events are waiting than can be written. Send the batch again later.'

/** Why an event may not be kept, whatever it says. */
function judge(event: AnyEvent, consent: Consent): RejectCode | undefined {
  if (event.t === 'attributes') return 'scope'
  return consent.analytics === 'granted' ? undefined : 'consent'
}

/** `POST /v1/e`: stores a batch. The reply is sent only after its events are committed to disk. */
export function addCollectRoute(app: Hono, context: ServerContext): void {
  const { site, manifest, store, writer, hub, budget, trustProxy, log, now } = context

  const write = async (c: Context, batch: Batch, bytes: number, rejected: BatchReply['rej']): Promise<Response> => {
    const receivedAt = now()
    const consent = withPrivacyControl(batch.consent, c.req.header('sec-gpc') === '1')
    const isPersonal = consent.personalization === 'granted'
    const known = isPersonal ? readVisitorCookie(c.req.header('cookie')) : undefined
    const named = isVisitorId(batch.visitor) ? batch.visitor : undefined
    const visitor = isPersonal ? (known ?? named ?? randomUUID()) : undefined

    const judged = batch.events.map((event) => ({ event, code: judge(event, consent) }))
    const rej = [...rejected, ...judged.flatMap(({ event, code }) => (code ? [{ i: event.i, c: code }] : []))]
    const events = judged.filter(({ code }) => !code).map(({ event }) => event)

    let collected: Collected | undefined
    if (events.length > 0) {
      const written = await writer.write(
        () => collect({ site, store, events, visitor, sentAt: batch.sentAt, receivedAt }),
        bytes,
      )
      if (written.type === 'busy') return refuse(c, 503, 'busy', BUSY)
      if (written.type === 'failed')
        return refuse(c, 503, 'storage', 'The events could not be written. Send the batch again later.')
      if (written.type === 'refused') {
        log({ level: 'error', code: 'collect_failed', message: getMessage(written.error) })
        return refuse(c, 500, 'internal', 'The batch could not be processed. Send it again later.')
      }
      collected = written.value
    }
    report(batch, rej, collected)
    if (visitor && !known) {
      const url = getPublicUrl(c.req.url, (name) => c.req.header(name), trustProxy)
      c.header('set-cookie', formatVisitorCookie(visitor, url))
    }
    const profile = visitor ? (collected?.profile ?? store.getProfile(visitor) ?? createProfile(visitor)) : undefined
    const reply: BatchReply = {
      v: 1,
      ok: collected?.stored.length ?? 0,
      dup: collected?.duplicates ?? 0,
      rej,
      next: 0,
      ...(profile ? { profile: createReply({ site, manifest, profile, consent, now: now(), log }) } : {}),
    }
    if (visitor && collected) {
      hub.publish(visitor, { stored: collected.stored, ...(collected.isChanged && profile ? { profile } : {}) })
    }
    c.header('cache-control', 'private, no-store')
    c.header('x-content-type-options', 'nosniff')
    return c.json(reply)
  }

  /** What an operator must know of: events that are lost, refused or contradictory. */
  const report = (batch: Batch, rej: BatchReply['rej'], collected: Collected | undefined) => {
    if (batch.drops)
      log({ level: 'warn', code: 'client_drops', message: 'A page had to give up events.', drops: batch.drops })
    if (rej.length > 0) {
      const codes = Object.fromEntries(rej.map(({ c }) => [c, rej.filter((one) => one.c === c).length]))
      log({ level: 'info', code: 'events_rejected', message: 'Events were refused.', codes })
    }
    if (collected?.conflicts) {
      const message = 'Event ids came again with another content; what was stored first stands.'
      log({ level: 'warn', code: 'id_conflict', message, events: collected.conflicts })
    }
  }

  app.post('/v1/e', async (c) => {
    if (admit(c, { listed: site.origins, trustProxy }) === 'refused') return refuse(c, 403, 'origin', ORIGIN_REFUSED)
    // Before the body is read: under overload, refusing has to stay cheap.
    if (writer.isFull()) return refuse(c, 503, 'busy', BUSY)
    const body = await readJson(c, MAX_BATCH_BYTES, budget)
    if (!body.ok) return body.response
    try {
      const parsed = parseBatch(body.value)
      if (!parsed.ok) return refuse(c, 400, 'schema', parsed.error)
      const { batch, rejected } = parsed.value
      if (batch.key !== site.keys.browser) return refuse(c, 403, 'key', 'The key is not this site’s browser key.')
      return await write(c, batch, body.bytes, rejected)
    } finally {
      budget.left += body.bytes
    }
  })
}
