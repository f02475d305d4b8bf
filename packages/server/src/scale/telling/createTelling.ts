import type { JetStreamManager } from '@nats-io/jetstream'
import { getMessage, type Log } from '../../log.ts'
import type { Registry } from '../../metrics/createRegistry.ts'
import type { Site } from '../../site/site.ts'
import { createSender } from '../../webhooks/createSender.ts'
import type { Rules } from '../../webhooks/getRules.ts'
import type { Bucket } from '../createBucket.ts'
import { getBucketStream } from '../getNames.ts'
import type { Teller } from './createTeller.ts'
import { TellingFault, type Told } from './createTold.ts'
import type { ToldIndex } from './createToldIndex.ts'
import { createToldOutbox } from './createToldOutbox.ts'
import { followBucket } from './followBucket.ts'
import { parseTold } from './toldState.ts'

export interface TellingOptions {
  readonly manager: JetStreamManager
  /** What the bucket of `told` is called. */
  readonly bucket: string
  readonly control: Bucket
  readonly told: Told
  readonly index: ToldIndex
  readonly teller: Teller
  readonly getRules: () => Rules | undefined
  readonly getSite: () => Site
  readonly registry: Registry
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** What a worker does about webhooks, in the background, for the partitions that it folds: looks at what is due, and sends. */
export interface Telling {
  take(partition: number): void
  leave(partition: number): void
  /** Begins nothing more. What has not arrived stays in the cluster, and another worker sends it. */
  stop(): Promise<void>
}

/** How late what is due is noticed at most. A look into memory. */
const TICK_MS = 100
const STOP_MS = 1_000
/** Values in which something is due that are worked on at once. */
const MAX_OPEN = 8
const MAX_DUE = 64
/** What cannot be worked out just now is tried again so much later: when something has to be folded first, when NATS is away, by a fault of ours. */
const BEHIND_MS = 500
const AWAY_MS = 1_000
const FAILED_MS = 60_000
const READ_GONE_MS = 2_000
const CLEAN_EVERY_MS = 3_600_000
const KEEP_DEAD_MS = 30 * 86_400_000
const UNDECLARED = 'the site declares no webhook of this name'

export function createTelling({
  manager,
  bucket,
  control,
  told,
  index,
  teller,
  getRules,
  getSite,
  registry,
  log,
  now,
}: TellingOptions): Telling {
  const partitions = new Map<number, AbortController | undefined>()
  const resting = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()
  let isStopped = false
  let goneReadAt = -Infinity
  let cleanedAt = -Infinity
  let cleanedFor: Rules | undefined
  let hasLeft: boolean | undefined

  const countBy = (isDead: boolean) => ({
    ...Object.fromEntries(Object.keys(getSite().webhooks).map((name) => [name, 0])),
    ...index.count(isDead),
  })
  const waiting = 'Messages of the partitions of this worker that wait to be sent.'
  const dead = 'Messages of the partitions of this worker that were given up, and are kept for 30 days.'
  registry.gauge('unblink_webhook_pending', waiting, () => countBy(false), 'webhook')
  registry.gauge('unblink_webhook_dead', dead, () => countBy(true), 'webhook')
  const attempts = registry.counter('unblink_webhook_attempts_total', 'Attempts to deliver a message.', 'result', [
    ...['delivered', 'failed', 'dead', 'gone'],
  ])
  const { outbox, writer, readGone, bury, remove } = createToldOutbox({ told, index, control, log })
  const sender = createSender({ outbox, writer, getSite, attempts, log, now, random: Math.random })

  const rest = (key: string, ms: number) => {
    resting.add(key)
    const timer = setTimeout(() => {
      timers.delete(timer)
      resting.delete(key)
    }, ms)
    timers.add(timer.unref())
  }

  const fire = async (key: string) => {
    try {
      if (!(await teller.fire(key))) return rest(key, BEHIND_MS)
      const { state, revision } = await told.read(key)
      index.put(key, state, revision)
    } catch (error) {
      if (!(error instanceof TellingFault)) {
        rest(key, AWAY_MS)
        return log({ level: 'warn', code: 'webhook_waits', message: `Webhooks wait for NATS: ${getMessage(error)}` })
      }
      rest(key, FAILED_MS)
      log({
        level: 'error',
        code: 'webhook_due_failed',
        message: `${getMessage(error)}; it is tried again in a minute`,
      })
    }
  }

  const runDue = async () => {
    const due = index.getDue(now(), MAX_DUE + resting.size).filter((key) => !resting.has(key))
    const work = async () => {
      for (let key = due.shift(); key !== undefined && !isStopped; key = due.shift()) await fire(key)
    }
    await Promise.all(Array.from({ length: Math.min(MAX_OPEN, due.length) }, work))
  }

  /** Gives up what no webhook is there for any more, and forgets what was given up long ago. */
  const clean = async (rules: Rules | undefined) => {
    if (cleanedFor === rules && now() - cleanedAt < CLEAN_EVERY_MS) return
    const { webhooks } = getSite()
    for (const { key, next, isDead, ...one } of [...index.getMessages()]) {
      if (isStopped) return
      const row = { ...one, subject: key }
      if (isDead && next < now() - KEEP_DEAD_MS) await remove(row)
      else if (!isDead && !Object.hasOwn(webhooks, one.webhook)) await bury(row, now(), UNDECLARED)
    }
    cleanedFor = rules
    cleanedAt = now()
  }

  const follow = () => {
    for (const [partition, following] of partitions) {
      if (following) continue
      const stop = new AbortController()
      partitions.set(partition, stop)
      const onValue = (key: string, text: string, revision: number) => {
        try {
          told.forget(key, revision)
          index.put(key, parseTold(text), revision)
        } catch (error) {
          log({ level: 'error', code: 'webhook_due_failed', message: getMessage(error) })
        }
      }
      void followBucket({ manager, bucket, prefix: String(partition), signal: stop.signal, onValue, log })
    }
  }

  /** Of a site that tells nobody any more. */
  const findLeft = async () => {
    hasLeft ??= (await manager.streams.info(getBucketStream(bucket))).state.messages > 0
    return hasLeft
  }

  const tick = async () => {
    const rules = getRules()
    if (rules || (await findLeft())) follow()
    await runDue()
    await clean(rules)
    if (!rules) return
    if (performance.now() - goneReadAt > READ_GONE_MS) {
      await readGone(Object.keys(getSite().webhooks))
      goneReadAt = performance.now()
    }
    await sender.pump()
  }

  let timer: NodeJS.Timeout | undefined
  let ticking: Promise<void> = Promise.resolve()
  const turn = async () => {
    await tick().catch((error: unknown) =>
      log({ level: 'warn', code: 'webhook_waits', message: `Webhooks wait for NATS: ${getMessage(error)}` }),
    )
    if (!isStopped) timer = setTimeout(() => (ticking = turn()), TICK_MS)
  }
  ticking = turn()

  const leave = (partition: number) => {
    partitions.get(partition)?.abort()
    partitions.delete(partition)
    index.drop(partition)
  }

  return {
    take(partition) {
      if (partitions.has(partition)) return
      partitions.set(partition, undefined)
      told.forgetPartition(partition)
      index.hold(partition)
    },
    leave,
    async stop() {
      isStopped = true
      clearTimeout(timer)
      timers.forEach((one) => clearTimeout(one))
      await sender.stop(STOP_MS)
      await ticking
      clearTimeout(timer)
      for (const partition of [...partitions.keys()]) leave(partition)
    },
  }
}
