import { getLastPosition } from '../export/createPages.ts'
import { getMessage, type Log } from '../log.ts'
import type { Registry } from '../metrics/createRegistry.ts'
import type { Site } from '../site/site.ts'
import type { Writer } from '../store/createWriter.ts'
import type { Database } from '../store/openDatabase.ts'
import { createCursors } from './createCursors.ts'
import { createSlices } from './createSlices.ts'
import { DESTINATIONS, getService, type Destination, type Service } from './destinations.ts'
import type { ForwardRequest } from './forwardSettings.ts'
import { post } from './post.ts'

export interface ForwarderOptions {
  readonly database: Database.Database
  readonly writer: Writer
  readonly getSite: () => Site
  readonly registry: Registry
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Where secrets are. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number
  /** How often the log is looked at while there is nothing new. @default 500 */
  readonly everyMs?: number
  /** How old an event has to be, so that its commit has reached the disk. @default 1 000 */
  readonly settleMs?: number
  /** Of the first wait after a failure; doubled with each up to five minutes. @default 1 000 */
  readonly retryMs?: number
}

/** Hands events on to the site's other tools, behind the collector's back. */
export interface Forwarder {
  /** Ends what is under way; what was not confirmed is sent again by the next process. */
  close(): Promise<void>
}

/** Events in one slice: what is sent again when the process is killed before it could note that they have arrived. */
const SLICE = 200
const CONCURRENCY = 4
const MAX_RETRY_MS = 300_000
/** Counting goes through the log. */
const MAX_PENDING = 100_000
const FATES = ['sent', 'unmapped', 'nobody', 'bot', 'too_old', 'invalid', 'too_large', 'refused'] as const
type Fate = (typeof FATES)[number]
/** What an operator should look into, or at least know of. */
const LOST: readonly Fate[] = ['too_old', 'invalid', 'too_large', 'refused']

/** The slice is done, or the destination cannot take it now. */
type Served = { readonly type: 'done' } | { readonly type: 'later'; readonly why: string; readonly afterMs: number }

export function createForwarder(options: ForwarderOptions): Forwarder {
  const { database, writer, getSite, registry, log, now } = options
  const { env = process.env, random = Math.random, everyMs = 500, retryMs = 1_000, settleMs = 1_000 } = options
  const site = getSite().id
  const cursors = createCursors(database, site)
  const stop = new AbortController()
  const isOn = (destination: Destination) => getSite().forward?.[destination] !== undefined
  const listOn = () => DESTINATIONS.filter(isOn)
  // What was there before nobody has asked for, and visitors were not told of it.
  for (const one of listOn()) if (cursors.get(one) === undefined) cursors.set(one, getLastPosition(database))
  const failing = new Set<Destination>()
  const selectPending = database.prepare(
    `SELECT count(*) AS events FROM (SELECT 1 FROM events WHERE site = ? AND position > ? LIMIT ${MAX_PENDING})`,
  )
  registry.gauge(
    'unblink_forward_pending',
    `Events of the log that a destination has not been served with, counted up to ${MAX_PENDING}.`,
    () => {
      const count = (one: Destination) => (selectPending.get(site, cursors.get(one) ?? 0) as { events: number }).events
      return Object.fromEntries(listOn().map((one) => [one, count(one)]))
    },
    'to',
  )
  registry.gauge(
    'unblink_forward_failing',
    '1 while a destination takes nothing.',
    () => Object.fromEntries(listOn().map((one) => [one, failing.has(one) ? 1 : 0])),
    'to',
  )

  const run = (destination: Destination) => {
    const events = registry.counter(
      `unblink_forward_${destination}_events_total`,
      `Events done with for ${destination}, by what became of them.`,
      'fate',
      FATES,
    )
    const readSlice = createSlices({ database, site, destination, settleMs })
    /** Events of the slice under way that need not be sent again, and what became of them. */
    const fates = new Map<string, Fate>()
    let attempts = 0
    let timer: NodeJS.Timeout | undefined
    let running: Promise<void> | undefined

    const send = async (service: Service, secret: string, request: ForwardRequest): Promise<Served> => {
      const target = service.getTarget(secret)
      const posted = await post({ ...target, body: request.body, signal: stop.signal, now: now() })
      switch (posted.type) {
        case 'taken':
          for (const id of request.ids) fates.set(id, 'sent')
          return { type: 'done' }
        case 'later': {
          const hint = posted.isOurs ? ` Is ${service.secret.env} right, and the address?` : ''
          return { type: 'later', why: `${posted.why}.${hint}`, afterMs: posted.afterMs }
        }
        case 'refused':
          // One of them is at fault; each is then asked alone.
          if (request.ids.length === 1) fates.set(request.ids[0]!, 'refused')
          return { type: 'done' }
      }
    }

    const sendAll = async (service: Service, secret: string, requests: readonly ForwardRequest[]): Promise<Served> => {
      const queue = [...requests]
      let outcome: Served = { type: 'done' }
      const work = async () => {
        for (let next = queue.shift(); next && outcome.type === 'done'; next = queue.shift()) {
          const served = await send(service, secret, next)
          if (served.type === 'later') outcome = served
        }
      }
      await Promise.all(Array.from({ length: CONCURRENCY }, work))
      return outcome
    }

    /** Serves what is in a slice and not yet served. Read anew each time, so that who was erased meanwhile is in no request. */
    const serve = async (
      service: Service,
      secret: string,
      cursor: number,
    ): Promise<Served & { readonly end: number }> => {
      const slice = readSlice(cursor, SLICE, now())
      for (const id of slice.nobody) fates.set(id, 'nobody')
      for (const id of slice.bots) fates.set(id, 'bot')
      const isOpen = ({ event }: { readonly event: { readonly i: string } }) => !fates.has(event.i)
      const { requests, left } = service.map(slice.events.filter(isOpen), now())
      for (const { id, why } of left) fates.set(id, why)
      const served = await sendAll(service, secret, requests)
      if (served.type === 'later') return { ...served, end: slice.end }
      // What came in a request that was refused as a whole.
      for (const one of slice.events.filter(isOpen)) {
        const alone = await sendAll(service, secret, service.map([one], now()).requests)
        if (alone.type === 'later') return { ...alone, end: slice.end }
      }
      return { type: 'done', end: slice.end }
    }

    const settle = () => {
      const counts: Partial<Record<Fate, number>> = {}
      for (const fate of fates.values()) counts[fate] = (counts[fate] ?? 0) + 1
      for (const [fate, count] of Object.entries(counts)) events.add(count, fate)
      const lost = Object.fromEntries(Object.entries(counts).filter(([fate]) => LOST.includes(fate as Fate)))
      if (Object.keys(lost).length > 0) {
        const message = `Events were not handed on to ${destination}, and will not be.`
        log({ level: 'warn', code: 'forward_dropped', message, to: destination, ...lost })
      }
      fates.clear()
    }

    const wait = (why: string, afterMs: number): number => {
      const delay = Math.max(
        afterMs,
        Math.round(Math.min(MAX_RETRY_MS, retryMs * 2 ** attempts) * (0.5 + random() / 2)),
      )
      attempts = Math.min(attempts + 1, 20)
      failing.add(destination)
      const message = `${destination} takes no events: ${why} Nothing is lost; it is tried again.`
      log({ level: 'warn', code: 'forward_failed', message, to: destination, attempts, retryMs: delay })
      return delay
    }

    /** How long to wait until the next. */
    const step = async (): Promise<number> => {
      const service = getService(destination, getSite().forward ?? {})
      if (!service) return everyMs
      const secret = env[service.secret.env]?.trim()
      const cursor = cursors.get(destination)
      if (cursor === undefined) {
        // Put into the config while the server runs.
        await writer.write(() => cursors.set(destination, getLastPosition(database)), 0)
        return everyMs
      }
      if (!secret) return wait(`the environment variable ${service.secret.env} is not set.`, 0)
      const served = await serve(service, secret, cursor)
      if (stop.signal.aborted) return everyMs
      if (served.type === 'later') return wait(served.why, served.afterMs)
      if (failing.delete(destination))
        log({ level: 'info', code: 'forward_back', message: `${destination} takes events again.`, to: destination })
      attempts = 0
      if (served.end === cursor) return everyMs
      const written = await writer.write(() => cursors.set(destination, served.end), 0)
      // Not noted, so not counted: the slice is read again, and what is known of it is not sent again.
      if (written.type !== 'written') return everyMs
      settle()
      return 0
    }

    const tick = async () => {
      let delay: number
      try {
        delay = await step()
      } catch (error) {
        delay = wait(`${getMessage(error)}.`, 0)
      }
      if (!stop.signal.aborted) plan(delay)
    }
    const plan = (delay: number) => {
      timer = setTimeout(() => (running = tick()), delay).unref()
    }
    plan(0)
    return async () => {
      clearTimeout(timer)
      await running
    }
  }

  const ends = DESTINATIONS.map(run)
  return {
    async close() {
      stop.abort()
      await Promise.all(ends.map((end) => end()))
    },
  }
}
