import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { MAX_BATCH_BYTES, parseBatch, withPrivacyControl } from '@unblink/protocol'
import type { AnyEvent, Batch, BatchReply, Consent, RejectCode } from '@unblink/protocol'
import type { Context, Hono } from 'hono'
import { collect, withoutRepeats, type Collected } from '../collector/collect.ts'
import { createReply } from '../createReply.ts'
import { chooseFor } from '../model/chooseFor.ts'
import { admit } from '../http/admit.ts'
import { getPublicUrl } from '../http/getPublicUrl.ts'
import { getRemoteAddress } from '../http/getRemoteAddress.ts'
import { readJson } from '../http/readJson.ts'
import { refuse, refuseForNow } from '../http/refuse.ts'
import { formatVisitorCookie, isVisitorId, readVisitorCookie } from '../http/visitorCookie.ts'
import { getMessage } from '../log.ts'
import { readOverrides } from '../preview/readOverrides.ts'
import { createProfile } from '../profile/createProfile.ts'
import type { Profile } from '../profile/profile.ts'
import { readElsewhere } from '../profile/readElsewhere.ts'
import type { ServerContext } from '../serverContext.ts'
import type { Publication } from '../site/publish.ts'
import { readContext } from '../sources/readContext.ts'
import { fetchProfile } from '../store/fetchProfile.ts'

/** Why the events of a batch are left to their sender, who sends them again. */
const LEFT = {
  busy: [429, 'More events come than can be written. Send the batch again later.'],
  shed: [429, 'Pointer and scroll events wait while more comes than can be written. Send the batch again later.'],
  rate: [429, 'This sender sends more events than it may. Send the batch again later.'],
  draining: [503, 'The server is stopping. Send the batch again later.'],
  storage: [503, 'The events could not be written. Send the batch again later.'],
} as const

type Why = keyof typeof LEFT

/** A response, and what it is counted as. */
type Answer = readonly [name: string, response: Response]

/** What our own client gives as reasons; others could be made up without end. */
const DROPS = ['evicted', 'rejected', 'poison', 'size']

/** Among the clocks of devices, this is far off. */
const MAX_SKEW_MS = 60_000

/** What can be missed: sent last by a page, and the first to wait. */
const canWait = ({ t }: AnyEvent) => t === 'pointer' || t === 'scroll'

/** Why an event may not be kept, whatever it says. */
function judge(event: AnyEvent, consent: Consent): RejectCode | undefined {
  if (event.t === 'attributes') return 'scope'
  return consent.analytics === 'granted' ? undefined : 'consent'
}

/** `POST /v1/e`: stores a batch. The reply is sent only after its events are committed to disk. */
export function addCollectRoute(app: Hono, context: ServerContext): void {
  const { store, writer, hub, budget, trustProxy, log, now } = context
  const { pressure, limits, metrics, isBot, isDraining } = context

  /** Refuses for now: nothing of the batch is stored, so nothing of it is acknowledged. */
  const leave = (c: Context, why: Why, events: number, retryMs: number): Answer => {
    metrics.left.add(events, why)
    const [status, message] = LEFT[why]
    return [why, refuseForNow(c, { status, code: why, message, retryMs })]
  }

  const leaveAtOnce = (c: Context, events: number): Answer =>
    isDraining() ? leave(c, 'draining', events, 1_000) : leave(c, 'busy', events, pressure.getRetryMs())

  /** How long the sender has to wait, when it has sent more than it may; else 0. */
  const takeTokens = (batch: Batch, visitor: string | undefined, events: number): number =>
    limits.visitor.take(visitor ?? `session ${batch.session}`, events) || limits.key?.take(batch.key, events) || 0

  /** What the visitor is to see from now on, with what these events taught. */
  const decideAnew = async (c: Context, publication: Publication, profile: Profile, consent: Consent) => {
    const at = now()
    const source = await readElsewhere(context, publication, { profile, url: '', now: at })
    const overrides = readOverrides(publication.site, c.req.header('cookie'), at)
    const facts = readContext(context, { header: (name) => c.req.header(name), address: getRemoteAddress(c), consent })
    const input = { publication, profile, source, context: facts, overrides, consent, now: at, log }
    return createReply({ ...input, chosen: await chooseFor(context, input) })
  }

  const write = async (c: Context, batch: Batch, bytes: number, unreadable: BatchReply['rej']): Promise<Answer> => {
    const { publication } = context
    const { site } = publication
    const receivedAt = now()
    const total = batch.events.length + unreadable.length
    metrics.received.add(total)
    const consent = withPrivacyControl(batch.consent, c.req.header('sec-gpc') === '1')
    const isMarked = isBot(c.req.header('user-agent') ?? '')
    const isPersonal = consent.personalization === 'granted' && !isMarked
    const known = isPersonal ? readVisitorCookie(c.req.header('cookie')) : undefined
    const named = isPersonal && isVisitorId(batch.visitor) ? batch.visitor : undefined
    const sender = known ?? named

    const waitMs = takeTokens(batch, sender, total)
    if (waitMs > 0) return leave(c, 'rate', total, waitMs)
    const isWaiting = pressure.getLevel() > 0 && batch.events.length > 0 && batch.events.every(canWait)
    if (isWaiting) return leave(c, 'shed', total, pressure.getRetryMs())

    // What was under way while its visitor was erased belongs to nobody.
    const isErased = sender !== undefined && context.erased.has(sender)
    const visitor = isPersonal && !isErased ? (sender ?? randomUUID()) : undefined
    const judged = batch.events.map((event) => ({ event, code: judge(event, consent) }))
    const rej = [...unreadable, ...judged.flatMap(({ event, code }) => (code ? [{ i: event.i, c: code }] : []))]
    const events = judged.filter(({ code }) => !code).map(({ event }) => event)
    let collected: Collected | undefined
    if (events.length > 0) {
      const input = { site, store, events, visitor, sentAt: batch.sentAt, receivedAt, isBot: isMarked }
      if (sender && !(await fetchProfile(store, sender))) return leave(c, 'storage', total, 1_000)
      const revise = (one: Collected, repeats: ReadonlySet<string>) =>
        withoutRepeats(one, repeats, visitor ? store.getProfile(visitor) : undefined)
      const written = await writer.write(() => collect(input), bytes, revise)
      if (written.type === 'busy') return leaveAtOnce(c, total)
      if (written.type === 'failed') return leave(c, 'storage', total, 1_000)
      if (written.type === 'refused') {
        metrics.left.add(total, 'internal')
        log({ level: 'error', code: 'collect_failed', message: getMessage(written.error) })
        return ['internal', refuse(c, 500, 'internal', 'The batch could not be processed. Send it again later.')]
      }
      collected = written.value
      context.models.learn(site, collected.credits)
    }
    report(batch, rej, collected)
    count(batch, rej, collected, receivedAt, isMarked)
    if (visitor && !known) {
      const url = getPublicUrl(c.req.url, (name) => c.req.header(name), trustProxy)
      c.header('set-cookie', formatVisitorCookie(visitor, url, site.cookieDomain))
    }
    if (collected) context.tap(site, collected.stored, visitor)
    if (collected && visitor) context.drift.watch(site, collected.stored)
    const profile = visitor ? (collected?.profile ?? store.getProfile(visitor) ?? createProfile(visitor)) : undefined
    const decisions = profile ? await decideAnew(c, publication, profile, consent) : undefined
    const reply: BatchReply = {
      v: 1,
      ok: collected?.stored.length ?? 0,
      dup: collected?.duplicates ?? 0,
      rej,
      next: pressure.getNextMs(),
      ...(decisions ? { profile: decisions } : {}),
    }
    if (visitor && collected) {
      hub.publish(visitor, { stored: collected.stored, ...(collected.isChanged && profile ? { profile } : {}) })
    }
    c.header('cache-control', 'private, no-store')
    c.header('x-content-type-options', 'nosniff')
    return ['ok', c.json(reply)]
  }

  const count = (
    batch: Batch,
    rej: BatchReply['rej'],
    collected: Collected | undefined,
    receivedAt: number,
    isMarked: boolean,
  ) => {
    for (const { c } of rej) metrics.rejected.add(1, c)
    for (const [why, drops] of Object.entries(batch.drops ?? {})) {
      metrics.clientDrops.add(drops, DROPS.includes(why) ? why : 'other')
    }
    if (Math.abs(batch.sentAt - receivedAt) > MAX_SKEW_MS) metrics.skewed.add()
    if (!collected) return
    metrics.stored.add(collected.stored.length)
    metrics.duplicates.add(collected.duplicates)
    metrics.conflicts.add(collected.conflicts)
    if (isMarked) metrics.bots.add(collected.stored.length)
    for (const [fault, times] of Object.entries(collected.faults)) metrics.attributeFaults.add(times, fault)
    if (collected.isNew) metrics.profilesCreated.add()
    if (collected.isChanged) metrics.profilesSaved.add()
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

  const answer = async (c: Context): Promise<Answer> => {
    const refused = admit(c, { listed: context.publication.site.origins, trustProxy })
    if (refused) return ['origin', refused]
    // Before the body is read: under overload, refusing has to stay cheap.
    if (pressure.getLevel() === 2) return leaveAtOnce(c, 0)
    const body = await readJson(c, MAX_BATCH_BYTES, budget)
    if (!body.ok) return ['unreadable', body.response]
    try {
      metrics.bytes.add(body.bytes)
      const parsed = parseBatch(body.value)
      if (!parsed.ok) return ['unreadable', refuse(c, 400, 'schema', parsed.error)]
      const { batch, rejected } = parsed.value
      if (batch.key !== context.publication.site.keys.browser)
        return ['key', refuse(c, 403, 'key', 'The key is not this site’s browser key.')]
      return await write(c, batch, body.bytes, rejected)
    } finally {
      budget.left += body.bytes
    }
  }

  app.post('/v1/e', async (c) => {
    const startedAt = performance.now()
    const end = pressure.begin()
    let name = 'internal'
    try {
      const [answered, response] = await answer(c)
      name = answered
      return response
    } finally {
      end(name !== 'busy' && name !== 'shed')
      metrics.batches.add(1, name)
      if (name === 'ok') metrics.ackSeconds.observe((performance.now() - startedAt) / 1_000)
    }
  })
}
