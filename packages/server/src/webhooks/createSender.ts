import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Log } from '../log.ts'
import type { Counter } from '../metrics/createRegistry.ts'
import type { Site } from '../site/site.ts'
import type { Webhook } from '../site/webhook.ts'
import type { Writer } from '../store/createWriter.ts'
import { createLookup, type Resolve } from './createLookup.ts'
import type { OutboxRow, SentOutbox } from './createOutbox.ts'
import { findRefusal } from './findRefusal.ts'
import { getRetryDelay, MAX_ATTEMPTS, MAX_DELAY_MS } from './getRetryDelay.ts'
import { postMessage, type Attempt } from './postMessage.ts'
import { signMessage } from './signMessage.ts'

/** Messages on their way to one receiver at a time; a receiver that fails gets one, until it answers again. */
const CONCURRENCY = 4
/** How many messages of a receiver that is gone are given up in one transaction. */
const SLICE = 200
const RETRY_WRITE_MS = 200

export interface SenderInput {
  readonly outbox: SentOutbox
  readonly writer: Pick<Writer, 'write'>
  readonly getSite: () => Site
  /** Attempts, by what came of them: `delivered`, `failed`, `dead`, `gone`. */
  readonly attempts: Counter
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  /** 0 to 1. */
  readonly random: () => number
  readonly resolve?: Resolve | undefined
}

export interface Sender {
  /** Sends what may be sent now. Never rejects; returns when it has begun. */
  pump(): Promise<void>
  /** Begins nothing more, waits a moment for what is under way and cuts it off then: that is sent again later. */
  stop(waitMs: number): Promise<void>
}

interface Target {
  readonly active: Map<number, Promise<void>>
  isFailing: boolean
  pausedUntil: number
}

export function createSender({ outbox, writer, getSite, attempts, log, now, random, resolve }: SenderInput): Sender {
  const targets = new Map<string, Target>()
  const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) }
  const stopped = new AbortController()
  let isStopping = false
  let isPumping = false
  let isWanted = false

  const getTarget = (name: string): Target => {
    const known = targets.get(name)
    if (known) return known
    const target: Target = { active: new Map(), isFailing: false, pausedUntil: 0 }
    targets.set(name, target)
    return target
  }

  /** What was sent has to be put down, or it is sent again: so this is tried until the server stops. */
  const write = async (job: () => void) => {
    for (;;) {
      const written = await writer.write(job, 0)
      if (written.type === 'refused') throw written.error
      if (written.type === 'written' || stopped.signal.aborted) return
      await new Promise((done) => setTimeout(done, RETRY_WRITE_MS))
    }
  }

  const attempt = (row: OutboxRow, { url, secret, timeoutMs }: Webhook): Promise<Attempt> => {
    const { privateHosts } = getSite()
    const address = new URL(url)
    const why = findRefusal(address, privateHosts)
    if (why !== undefined) return Promise.resolve({ type: 'failed', why, isRefused: true })
    const at = now()
    return postMessage({
      url: address,
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(row.body)),
        'user-agent': 'unblink',
        ...signMessage({ id: row.id, at, body: row.body, secrets: secret }),
      },
      body: row.body,
      timeoutMs,
      agent: agents[address.protocol as keyof typeof agents],
      lookup: createLookup(privateHosts, resolve),
      now: at,
      signal: stopped.signal,
    })
  }

  const settle = async (row: OutboxRow, { url }: Webhook, target: Target, result: Attempt) => {
    const { webhook, id } = row
    const at = now()
    if (result.type === 'delivered') {
      target.isFailing = false
      attempts.add(1, 'delivered')
      return write(() => outbox.deliver(row, at))
    }
    if (result.type === 'gone') {
      attempts.add(1, 'gone')
      const message = `The receiver has answered 410: it wants nothing more. Nothing is sent until its address changes, or: unblink webhooks enable ${webhook}`
      log({ level: 'error', code: 'webhook_gone', message, webhook })
      return write(() => {
        outbox.setGone(webhook, url, at)
        outbox.bury(row, at, 'HTTP 410: the receiver wants nothing more')
      })
    }
    target.isFailing = true
    const { why, retryAfterMs } = result
    if (retryAfterMs !== undefined) target.pausedUntil = at + Math.min(retryAfterMs, MAX_DELAY_MS)
    const tries = row.attempts + 1
    const facts = { webhook, id, attempts: tries, why }
    if (tries >= MAX_ATTEMPTS) {
      attempts.add(1, 'dead')
      const message = `A message was given up after ${tries} attempts. Look at it with: unblink webhooks show ${id}`
      log({ level: 'error', code: 'webhook_dead', message, ...facts })
      return write(() => outbox.bury(row, at, why))
    }
    attempts.add(1, 'failed')
    if (result.isRefused) {
      const message =
        'The address of a webhook may not be connected to. Name its host in privateHosts if that is meant.'
      log({ level: 'error', code: 'webhook_refused', message, ...facts })
    } else {
      const message = 'A message did not arrive; it is sent again.'
      log({ level: 'warn', code: 'webhook_failed', message, ...facts })
    }
    const next = at + getRetryDelay({ attempts: tries, retryAfterMs, random: random() })
    return write(() => outbox.postpone(row, next, why))
  }

  const send = async (position: number, name: string, target: Target) => {
    // Whoever was erased meanwhile is told of no more.
    const row = await outbox.get(position)
    const webhook = getSite().webhooks[name]
    if (!row || row.state !== 'ready' || !webhook) return
    const result = await attempt(row, webhook)
    // Cut off by the stop: nobody knows whether it has arrived, so it is sent again under the same id.
    if (stopped.signal.aborted && result.type === 'failed') return
    await settle(row, webhook, target, result)
  }

  const begin = (position: number, name: string, target: Target) => {
    if (isStopping || target.active.has(position)) return
    const sending = send(position, name, target)
      .catch((error: unknown) => {
        log({ level: 'error', code: 'webhook_failed', message: String(error), webhook: name })
      })
      .finally(() => {
        target.active.delete(position)
        void pump()
      })
    target.active.set(position, sending)
  }

  const buryGone = async (name: string) => {
    const rows = outbox.getReady(name, now(), SLICE)
    if (rows.length > 0) await write(() => rows.forEach((row) => outbox.bury(row, now(), 'the receiver is gone')))
  }

  const pumpOnce = async () => {
    const ready: (readonly [position: number, name: string, target: Target])[] = []
    for (const [name, { url }] of Object.entries(getSite().webhooks)) {
      const target = getTarget(name)
      if ((await outbox.getGone(name)) === url) {
        await buryGone(name)
        continue
      }
      const room = (target.isFailing ? 1 : CONCURRENCY) - target.active.size
      if (room <= 0 || now() < target.pausedUntil) continue
      const rows = outbox.getReady(name, now(), room + target.active.size)
      const free = rows.filter(({ position }) => !target.active.has(position)).slice(0, room)
      ready.push(...free.map(({ position }) => [position, name, target] as const))
    }
    if (ready.length === 0) return
    // An empty job: when it is on the disk, so is all before it. A power cut can take nothing back that was told.
    const written = await writer.write(() => undefined, 0)
    if (written.type === 'written') ready.forEach((one) => begin(...one))
  }

  async function pump(): Promise<void> {
    isWanted = true
    if (isPumping) return
    isPumping = true
    try {
      while (isWanted && !isStopping) {
        isWanted = false
        await pumpOnce()
      }
    } catch (error) {
      log({ level: 'error', code: 'webhook_failed', message: String(error) })
    } finally {
      isPumping = false
    }
  }

  return {
    pump,
    async stop(waitMs) {
      isStopping = true
      const open = [...targets.values()].flatMap(({ active }) => [...active.values()])
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((done) => (timer = setTimeout(done, waitMs)))
      await Promise.race([Promise.all(open), late])
      clearTimeout(timer)
      stopped.abort()
      await Promise.all(open)
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}
