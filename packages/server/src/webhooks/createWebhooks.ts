import type { Links } from '../identity/createLinks.ts'
import { toUserKey } from '../identity/toUserKey.ts'
import { getMessage, type Log } from '../log.ts'
import type { Registry } from '../metrics/createRegistry.ts'
import type { Profile } from '../profile/profile.ts'
import type { Publication } from '../site/publish.ts'
import type { Site } from '../site/site.ts'
import type { Store } from '../store/createStore.ts'
import type { Writer } from '../store/createWriter.ts'
import type { Database } from '../store/openDatabase.ts'
import { createNotices } from './createNotices.ts'
import { createOutbox } from './createOutbox.ts'
import { createSender } from './createSender.ts'
import { createStates, type Due } from './createStates.ts'
import { getRules, type Rules } from './getRules.ts'

/** How late what is due, or what a command has changed, is noticed at most. Two looks into indexes. */
const TICK_MS = 250
/** What is under way when the server stops may take so long. */
const STOP_MS = 1_000
/** Profiles looked at in one transaction: a look is a millisecond of work, and pages wait meanwhile. */
const SLICE = 5
const CLEAN_SLICE = 500
const DEFER_MS = 3_600_000
const KEEP_DEAD_MS = 30 * 86_400_000
const CLEAN_EVERY_MS = 3_600_000

export interface WebhooksInput {
  readonly database: Database.Database
  readonly site: Site
  /** The plain ones. */
  readonly links: Links
  /** The rules in force. */
  readonly getPublication: () => Publication
  readonly registry: Registry
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  /** 0 to 1. @default Math.random */
  readonly random?: () => number
}

/** The webhooks of a server with a database of its own: what they have to tell is worked out where profiles are written, and sent in the background. */
export interface Webhooks {
  /** The same store, in which what is written comes to be told, in the same transaction. Costs one comparison where no webhook is declared. */
  watchStore(store: Store): Store
  watchLinks(links: Links): Links
  /**
   * Forgets what is kept and still to be told of a visitor, and of the user that they are known to be: who that user is without
   * them is worked out anew. Belongs inside a writer's job, before the visitor is taken out of the user.
   */
  forget(visitor: string): void
  /** The same in a job of its own, where a page says that its visitor has withdrawn consent. Nothing waits for it. */
  withdraw(visitor: string): void
  /** Begins to send, and to look at what is due. */
  start(writer: Writer): void
  /** Ends both. What has not arrived stays in the database, and is sent after the next start. */
  close(): Promise<void>
}

export function createWebhooks({
  database,
  site,
  links,
  getPublication,
  registry,
  log,
  now,
  random = Math.random,
}: WebhooksInput): Webhooks {
  const states = createStates(database, site.id)
  const outbox = createOutbox(database, site.id)
  let plain: Store | undefined
  let publication: Publication | undefined
  let rules: Rules | undefined
  let pump = () => {}
  const getCurrent = (): Rules | undefined => {
    const current = getPublication()
    if (current !== publication) {
      publication = current
      rules = getRules(current)
    }
    return rules
  }
  const notices = createNotices({
    states,
    outbox,
    now,
    getProfile: (subject): Profile | undefined => plain?.getProfile(subject),
    // After the job, whose transaction may take it back; then there is nothing to send, and nothing happens.
    onTold: () => setImmediate(() => pump()),
  })
  const getSubject = (visitor: string): string => {
    const user = links.getUser(visitor)
    return user === undefined ? visitor : toUserKey(user)
  }
  const countBy = (isDead: boolean) =>
    Object.fromEntries([
      ...Object.keys(getPublication().site.webhooks).map((name) => [name, 0] as const),
      ...outbox
        .count()
        .filter((one) => one.isDead === isDead)
        .map(({ webhook, count }) => [webhook, count] as const),
    ])
  registry.gauge('unblink_webhook_pending', 'Messages that wait to be sent.', () => countBy(false), 'webhook')
  registry.gauge(
    'unblink_webhook_dead',
    'Messages that were given up, and are kept for 30 days.',
    () => countBy(true),
    'webhook',
  )
  const attempts = registry.counter('unblink_webhook_attempts_total', 'Attempts to deliver a message.', 'result', [
    'delivered',
    'failed',
    'dead',
    'gone',
  ])

  const forget = (visitor: string) => {
    for (const subject of new Set([visitor, getSubject(visitor)])) {
      states.deleteAudiences(subject)
      states.deleteWaits(subject)
      outbox.deleteSubject(subject)
    }
  }

  let stop = async () => {}
  let writing: Writer | undefined

  const startLoops = (writer: Writer) => {
    writing = writer
    const sender = createSender({ outbox, writer, attempts, log, now, random, getSite: () => getPublication().site })
    let isStopped = false
    let isWorking = false
    let cleanedAt = -Infinity
    let cleanedFor: Publication | undefined

    /** What cannot be worked out shall not hold up all the rest. */
    const defer = (due: Due, error: unknown) => {
      log({ level: 'error', code: 'webhook_due_failed', message: `${getMessage(error)}; it is tried again in an hour` })
      const later = now() + DEFER_MS
      if (due.type === 'look') return states.setLook(due.subject, later)
      const wait = states.getWait(due.subject, due.webhook)
      if (wait) states.setWait(due.subject, due.webhook, wait, later)
    }

    /** Works off what is due, the earliest first. */
    const runDue = async () => {
      let slice = SLICE
      for (let isMore = true; isMore && !isStopped;) {
        const at = now()
        const [first] = states.getDue(at, 1)
        // Most of the time there is nothing, and then nothing has to be written.
        if (!first) return
        const written = await writer.write(() => {
          const current = getCurrent()
          let count = 0
          for (; count < slice; count++) {
            const [due] = states.getDue(at, 1)
            if (!due) break
            if (current) notices.onDue(current, due)
            else if (due.type === 'wait') states.deleteWait(due.subject, due.webhook)
            else states.setLook(due.subject, undefined)
          }
          return count
        }, 0)
        if (written.type === 'refused') {
          // One by one, until the one that fails is the first.
          if (slice === 1) await writer.write(() => defer(first, written.error), 0)
          slice = slice === 1 ? SLICE : 1
        } else isMore = written.type === 'written' && written.value > 0
      }
    }

    /** Deletes what is of no more use, slice by slice. */
    const clean = async () => {
      const current = getPublication()
      if (cleanedFor === current && now() - cleanedAt < CLEAN_EVERY_MS) return
      const names = Object.keys(current.site.webhooks)
      // A site without webhooks, and without what is left of any, has nothing written.
      const isIdle = names.length === 0 && states.isEmpty() && outbox.count().length === 0
      const audiences = [...(getCurrent()?.audiences.keys() ?? [])]
      const jobs = isIdle
        ? []
        : [
            () => states.deleteOtherAudiences(audiences, CLEAN_SLICE),
            () => outbox.buryOthers(names, now(), CLEAN_SLICE),
            () => outbox.deleteBuriedBefore(now() - KEEP_DEAD_MS, CLEAN_SLICE),
          ]
      for (const job of jobs) {
        for (let isMore = true; isMore && !isStopped;) {
          const written = await writer.write(job, 0)
          if (written.type === 'refused') throw written.error
          if (written.type !== 'written') return
          isMore = written.value === CLEAN_SLICE
        }
      }
      cleanedFor = current
      cleanedAt = now()
    }

    const tick = async () => {
      if (isWorking || isStopped) return
      isWorking = true
      try {
        await runDue()
        await clean()
        if (getCurrent()) await sender.pump()
      } catch (error) {
        log({ level: 'error', code: 'webhook_due_failed', message: getMessage(error) })
      } finally {
        isWorking = false
      }
    }

    pump = () => void sender.pump()
    const timer = setInterval(() => void tick(), TICK_MS).unref()
    stop = async () => {
      isStopped = true
      pump = () => {}
      clearInterval(timer)
      await sender.stop(STOP_MS)
    }
  }

  return {
    watchStore(store) {
      plain = store
      return {
        ...store,
        insertEvent(stored, visitor) {
          const isNew = store.insertEvent(stored, visitor)
          const current = getCurrent()
          if (current && isNew && visitor !== undefined)
            notices.onEvent(current, stored.event, () => getSubject(visitor))
          return isNew
        },
        saveProfile(profile) {
          const current = getCurrent()
          if (current) notices.onProfile(current, profile)
          store.saveProfile(profile)
        },
      }
    },
    watchLinks: (inner) => ({
      ...inner,
      begin(link) {
        inner.begin(link)
        const current = getCurrent()
        if (current) notices.onMerge(current, link.visitor, toUserKey(link.user))
      },
      deleteProfile(id) {
        inner.deleteProfile(id)
        if (getCurrent()) states.deleteAudiences(id)
      },
    }),
    forget,
    withdraw(visitor) {
      if (getCurrent()) void writing?.write(() => forget(visitor), 0)
    },
    start: startLoops,
    close: () => stop(),
  }
}
