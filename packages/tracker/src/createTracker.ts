import { createUuid7, onEvent, onHidden, withLock } from '@unblink/page'
import { MAX_EVENT_BYTES } from '@unblink/protocol'
import type { AnyEvent, BatchReply, Consent, EventInput } from '@unblink/protocol'
import { createQueue } from './createQueue.ts'
import { createSession } from './createSession.ts'
import { getByteLength } from './getByteLength.ts'
import { getPriority } from './getPriority.ts'
import { pickBatch } from './pickBatch.ts'
import { MAX_WAIT_MS, retry, type Answer } from './retry.ts'
import { byWorth, type Kept } from './row.ts'
import { serialise } from './serialise.ts'
import { getCharge, MAX_SIZE, trim } from './trim.ts'

export interface TrackerOptions {
  /** Address of the collector. */
  readonly endpoint: string
  /** The site's browser key. */
  readonly key: string
  readonly consent: Consent
  /** The session's id; asked with every event, only with consent. @default ends after 30 minutes without an event */
  readonly getSession?: () => string
  /** The visitor, where no cookie of the collector says it; asked with every request. @default the collector knows */
  readonly getVisitor?: () => string | undefined
  /** Events in one request, 1 to 500; as soon as so many wait, they are sent. @default 50 */
  readonly maxBatch?: number
  /** Milliseconds from the first event until it is sent. @default 5_000 */
  readonly flushAfterMs?: number
  /** Wall clock, epoch milliseconds. @default Date.now */
  readonly now?: () => number
  /** From 0 up to 1, for the jitter. @default Math.random */
  readonly random?: () => number
  /** @default the page's */
  readonly fetch?: typeof globalThis.fetch
}

/** The page view that events belong to. */
export interface TrackedView {
  readonly id: string
  /** Path and allow-listed query of the page. */
  readonly location: string
  /** Monotonic milliseconds (performance.now) at which the view began. */
  readonly startedAt: number
}

export interface Tracker {
  /**
   * Takes an event. True once it is durable, false when it is only in memory (storage refused, consent pending) or was
   * refused (no view yet, consent denied, or unreadable or too large, which is counted). Reads the event at once; never
   * throws or rejects.
   */
  track(input: EventInput): Promise<boolean>
  /** Starts a view: what is tracked from now on belongs to it, numbered from 0. */
  setView(view: TrackedView): void
  /** Sends what is there now, unless the collector has asked for a pause. Resolves when all that can be done is done. */
  flush(): Promise<void>
  /** `granted` stores and sends what was kept in memory; `denied` erases the queue and the session. */
  setConsent(consent: Consent): void
  /** Called with every acknowledgement of the collector. */
  onReply?: ((reply: BatchReply) => unknown) | undefined
  /** Ends all sending by this page; what is stored, also from now on, stays for the next. */
  stop(): void
}

/** A request may outlive its page only while those of the page hold less than 64 KiB (https://fetch.spec.whatwg.org/#http-network-or-cache-fetch). */
const MAX_REQUEST_BYTES = 60_000
/** Small, because other scripts want to send when the page is left, too; with the envelope 16 KiB. */
const MAX_BEACON_BYTES = 15_000
/** How often an event may fail alone, while the collector takes others, before it is given up. */
const MAX_ATTEMPTS = 8
/** A collector that takes the connection and says nothing must not hold up the queue. */
const TIMEOUT_MS = 30_000
/** All tabs of a visitor come back online together. */
const MAX_WAKE_MS = 3_000

/**
 * Keeps events until the collector has acknowledged them: deleted only by id and only after the acknowledgement. Sends
 * one request at a time and only from one tab, after `flushAfterMs` or `maxBatch` events. When the page is hidden, the
 * newest go by beacon as well, because nobody knows whether it comes back: the collector knows repeats by their id.
 */
export function createTracker({
  endpoint,
  key,
  consent,
  getSession,
  getVisitor,
  maxBatch = 50,
  flushAfterMs = 5_000,
  now = Date.now,
  random = Math.random,
  fetch = globalThis.fetch,
}: TrackerOptions): Tracker {
  const isGranted = () => consent.analytics === 'granted'
  const session = createSession(now)
  const getSessionId = getSession ?? session._get
  const { _change: change, _hurry: hurry, _read: read, _erase: erase } = createQueue(isGranted)

  let view: TrackedView
  let nextNumber = 0
  /** Events since the last request, the worthiest first: what may go by beacon. */
  let recent: readonly Kept[] = []

  /** Charge of the whole queue as last read, and of what this page has added since. */
  let size = 0
  /** Events in the next request: halved when one fails, doubled when one succeeds. */
  let limit = maxBatch
  let failures = 0
  let isStopped = false
  /** Why nothing is sent for a while: 1 because nothing has come back, more because the collector has said so. */
  let pause: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let draining: Promise<void> | undefined
  let working: Promise<void> | undefined

  const isReady = () => isGranted() && !isStopped && !pause

  /** Drains after a while. A pause replaces whatever was planned, and nothing is sent until then. */
  const plan = (ms: number, why?: number) => {
    if (timer && !why) return
    clearTimeout(timer)
    pause = why
    timer = setTimeout(() => {
      timer = pause = undefined
      void flush()
    }, ms)
  }

  const drain = () =>
    (draining ??= withLock(
      'unblink',
      () => (working = work()),
      () => plan(flushAfterMs),
    )
      // The lock goes when the page is left; should it come back, its request may still be under way.
      .then(() => working)
      .then(() => {
        draining = undefined
      }))

  /** A drain under way has read the queue already, so what came in since needs another. */
  const flush = async () => {
    await draining
    return drain()
  }

  /** Leaves one record of them all. */
  const giveUp = (w: string, rows: readonly { readonly i: string }[]) =>
    rows[0] && change(rows, [{ i: rows[0].i, w, c: rows.length }])

  /** Sends a batch and waits for all of the answer, which a beacon does not have. Never rejects. */
  const post = async (batch: readonly Kept[], drops?: object, isBeacon?: boolean): Promise<Answer> => {
    try {
      recent = []
      let head: string
      const body = JSON.stringify({
        v: 1,
        drops,
        sentAt: now(),
        consent,
        key,
        visitor: getVisitor?.(),
        // What was kept in memory has no session: before, there was no consent to have one.
        session: batch[0]!.s || getSessionId(),
        // An event names its view and place where they are others than those of the one before.
        events: batch
          .map(({ j }) => j)
          .sort()
          .map((j) => {
            const { pv, lo, ...rest } = JSON.parse(j) as AnyEvent
            return pv + lo === head ? rest : ((head = pv + lo), { pv, lo, ...rest })
          }),
      })
      if (!isBeacon || !navigator.sendBeacon?.(endpoint, body)) {
        const response = await fetch(endpoint, {
          method: 'POST',
          body,
          // Others may have used up what the page may send beyond its end; nobody else's limit may hold up the queue.
          keepalive: !failures,
          credentials: 'include',
          // Events go to the collector or nowhere.
          redirect: 'error',
          signal: AbortSignal.timeout?.(TIMEOUT_MS),
        })
        return [response.status, await response.json().catch(() => {}), response.headers.get('retry-after')]
      }
    } catch {
      // As if nothing had come back: nothing has.
    }
    return [0]
  }

  const work = async () => {
    const [kept, keptSize, lost, counted, drops] = trim(await read(), now())
    size = keptSize
    void giveUp('evicted', lost)
    // What has failed alone travels last.
    let rows = kept.sort((a, b) => a.x - b.x)

    while (isReady() && rows[0]) {
      const batch = pickBatch(rows, limit, MAX_REQUEST_BYTES)
      const answer = await post(batch, counted[0] && drops)
      // Withdrawn meanwhile: nothing of it may be kept.
      if (!isGranted()) return
      const [reply, waitMs, nextLimit, isUnusable] = retry(answer, batch.length, failures, random(), now())
      if (reply) {
        failures = 0
        limit = Math.min(limit * 2, maxBatch)
        rows = rows.filter((row) => !batch.includes(row))
        void change([...batch, ...counted.splice(0)])
        void giveUp(
          'rejected',
          batch.filter(({ i }) => reply.rej.some((verdict) => verdict?.i === i)),
        )
        if (reply.next > 0) plan(Math.min(reply.next, MAX_WAIT_MS), 2)
        queueMicrotask(() => tracker.onReply?.(reply))
      } else {
        // While nothing else gets through either, it is not their fault: they only let the others go first, by a hair those
        // that have failed as often.
        const { x } = batch[0]!
        const tries = x + (failures && x ? 1e-6 : 1)
        if (!nextLimit && (isUnusable || tries >= MAX_ATTEMPTS)) void giveUp(isUnusable ? 'rejected' : 'poison', batch)
        else if (nextLimit < 2) for (const row of batch) void change([], [{ ...row, x: tries }])
        limit = nextLimit || 1
        if (waitMs) failures++
        plan(waitMs, answer[0] || 1)
      }
    }
  }

  const leave = () => {
    const batch = pickBatch(recent, maxBatch, MAX_BEACON_BYTES)
    if (batch[0] && isReady()) void post(batch, undefined, true)
    hurry()
  }

  const keep = ({ t, p }: EventInput) => {
    const at = now()
    const i = createUuid7()
    const mt = Math.round(performance.now() - view.startedAt)
    const j = serialise({ i, n: nextNumber, pv: view.id, t, at, mt, lo: view.location, p }, MAX_EVENT_BYTES)
    if (!j || getByteLength(j) > MAX_EVENT_BYTES) return void giveUp('size', [{ i }])

    const row: Kept = { i, j, a: at, r: getPriority(t), s: isGranted() ? getSessionId() : '', x: 0 }
    nextNumber++
    recent = [row, ...recent].sort(byWorth).slice(0, maxBatch)
    size += getCharge(j)
    if (size > MAX_SIZE || (recent.length >= maxBatch && isReady())) void flush()
    else plan(flushAfterMs)
    return change([], [row])
  }

  const setConsent = (next: Consent) => {
    consent = next
    if (consent.analytics === 'denied') {
      recent = []
      try {
        erase()
        session._erase()
      } catch {
        // Storage is blocked, so nothing was kept.
      }
    } else if (isGranted()) {
      void change([])
      plan(flushAfterMs)
    }
  }

  const undos = [
    onHidden(leave, false),
    onEvent('online', () => {
      // A pause that the collector asked for is kept.
      if (!(pause! > 1)) plan(random() * MAX_WAKE_MS, 1)
    }),
  ]
  const tracker: Tracker = {
    async track(input) {
      try {
        return consent.analytics !== 'denied' && !!(await keep(input))
      } catch {
        // The host's object could not even be looked at.
        return false
      }
    },
    setView(next) {
      view = next
      nextNumber = 0
    },
    flush,
    setConsent,
    stop() {
      isStopped = true
      clearTimeout(timer)
      undos.forEach((undo) => undo())
    },
  }
  setConsent(consent)
  return tracker
}
