import { getMessage, type Log } from '../log.ts'
import type { Site } from '../site/site.ts'
import type { Fate, ForwardMetrics } from './createForwardMetrics.ts'
import { getService, type Destination, type Service } from './destinations.ts'
import type { ForwardRequest } from './forwardSettings.ts'
import type { Lane } from './lane.ts'
import { post } from './post.ts'

/** How destinations are asked, and how often. */
export interface ServeOptions {
  readonly getSite: () => Site
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Where secrets are. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number
  /** How often the log is looked at while there is nothing new. @default 500 */
  readonly everyMs?: number
  /** Of the first wait after a failure; doubled with each up to five minutes. @default 1 000 */
  readonly retryMs?: number
}

export interface LaneOptions extends ServeOptions {
  readonly destination: Destination
  readonly lane: Lane
  readonly metrics: ForwardMetrics
  /** In each of its log records. */
  readonly about?: Readonly<Record<string, number>>
  /** Ends what is under way; what was not confirmed is sent again by whoever serves the lane next. */
  readonly stop: AbortController
}

/** Events in one slice: what is sent again when the process is killed before it could note that they have arrived. */
const SLICE = 200
const CONCURRENCY = 4
const MAX_RETRY_MS = 300_000
/** What an operator should look into, or at least know of. */
const LOST: readonly Fate[] = ['too_old', 'invalid', 'too_large', 'refused']

/** The slice is done, or the destination cannot take it now. */
type Served = { readonly type: 'done' } | { readonly type: 'later'; readonly why: string; readonly afterMs: number }

/** Hands a lane's events on until it is stopped. What it gives stops it, and resolves when nothing is under way any more. */
export function serveLane(options: LaneOptions): () => Promise<void> {
  const { destination, lane, metrics, stop, getSite, log, now, about = {} } = options
  const { env = process.env, random = Math.random, everyMs = 500, retryMs = 1_000 } = options
  /** Events of the slice under way that need not be sent again, and what became of them. */
  const fates = new Map<string, Fate>()
  let fatesAfter: number | undefined
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
    const slice = await lane.read(cursor, SLICE)
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
    for (const [fate, count] of Object.entries(counts)) metrics.events[destination].add(count, fate)
    const lost = Object.fromEntries(Object.entries(counts).filter(([fate]) => LOST.includes(fate as Fate)))
    if (Object.keys(lost).length > 0) {
      const message = `Events were not handed on to ${destination}, and will not be.`
      log({ level: 'warn', code: 'forward_dropped', message, to: destination, ...about, ...lost })
    }
    fates.clear()
  }

  const wait = (why: string, afterMs: number): number => {
    const delay = Math.max(afterMs, Math.round(Math.min(MAX_RETRY_MS, retryMs * 2 ** attempts) * (0.5 + random() / 2)))
    attempts = Math.min(attempts + 1, 20)
    metrics.setFailing(destination, lane, true)
    const message = `Nothing can be handed on to ${destination}: ${why} Nothing is lost; it is tried again.`
    log({ level: 'warn', code: 'forward_failed', message, to: destination, ...about, attempts, retryMs: delay })
    return delay
  }

  /** How long to wait until the next. */
  const step = async (): Promise<number> => {
    const service = getService(destination, getSite().forward ?? {})
    if (!service) return everyMs
    const secret = env[service.secret.env]?.trim()
    const cursor = await lane.getCursor()
    if (cursor === undefined) {
      // Put into the config while the server runs.
      await lane.begin()
      return everyMs
    }
    if (!secret) return wait(`the environment variable ${service.secret.env} is not set.`, 0)
    // Somebody else may have gone on with the lane.
    if (cursor !== fatesAfter) fates.clear()
    fatesAfter = cursor
    const served = await serve(service, secret, cursor)
    if (stop.signal.aborted) return everyMs
    if (served.type === 'later') return wait(served.why, served.afterMs)
    if (metrics.setFailing(destination, lane, false)) {
      const message = `${destination} takes events again.`
      log({ level: 'info', code: 'forward_back', message, to: destination, ...about })
    }
    attempts = 0
    if (served.end === cursor) return everyMs
    // Not noted, so not counted: the slice is read again, and what is known of it is not sent again.
    if (!(await lane.setCursor(served.end))) return everyMs
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
    stop.abort()
    clearTimeout(timer)
    await running
    metrics.setFailing(destination, lane, false)
  }
}
