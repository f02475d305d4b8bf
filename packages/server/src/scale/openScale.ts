import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { getMessage, type Log } from '../log.ts'
import type { Registry } from '../metrics/createRegistry.ts'
import { isVisitorId } from '../http/visitorCookie.ts'
import type { ExportLog } from '../export/exportLog.ts'
import type { Forwarder } from '../forward/createForwarder.ts'
import type { Identity } from '../identity/createIdentity.ts'
import type { KnownLinks } from '../identity/createLinks.ts'
import type { Arms } from '../model/createArms.ts'
import type { Audit } from '../privacy/createAudit.ts'
import type { Eraser } from '../privacy/createEraser.ts'
import type { Publication } from '../site/publish.ts'
import { StorageAway } from '../store/StorageAway.ts'
import type { Store } from '../store/createStore.ts'
import type { Commit, Writer } from '../store/createWriter.ts'
import type { Webhooks } from '../webhooks/createWebhooks.ts'
import { checkFolded } from './checkFolded.ts'
import { connectNats, endNats, type NatsOptions } from './connectNats.ts'
import { createBucket } from './createBucket.ts'
import { createPublisher } from './createPublisher.ts'
import { createRecorder } from './createRecorder.ts'
import { createScaleAudit, readSalt } from './createScaleAudit.ts'
import { createScaleForwarder } from './createScaleForwarder.ts'
import { createScaleIdentity } from './createScaleIdentity.ts'
import { createScalePages, getLastSequence } from './createScalePages.ts'
import { createScaleStore } from './createScaleStore.ts'
import { createScaleWriter } from './createScaleWriter.ts'
import { createUsers } from './createUsers.ts'
import { createViews } from './createViews.ts'
import { createWorker } from './createWorker.ts'
import { endWithin } from './endWithin.ts'
import { exportKept, type KeptSubject } from './exportKept.ts'
import { followArms } from './followArms.ts'
import { getNames } from './getNames.ts'
import { openStreams } from './openStreams.ts'
import type { Role } from './serveRole.ts'
import { openTelling } from './telling/openTelling.ts'
import { watchStream, type StreamWatch } from './watchStream.ts'

/** A cluster on NATS JetStream instead of the embedded database; see docs/scale.md. */
export interface ScaleOptions extends NatsOptions {
  /** @default 'all' */
  readonly role?: Role | undefined
  /** Servers that have an event before it is acknowledged: 1, 3 or 5. The start fails when the streams have fewer. @default 3 */
  readonly replicas?: number | undefined
  /** The most workers that can share the folding; the same on every server, for ever. @default 16 */
  readonly partitions?: number | undefined
  /** The generation of profiles: another number folds all events anew, beside the profiles in use. @default 1 */
  readonly fold?: number | undefined
  /** Before all names in NATS, so that a cluster can be shared. @default 'unblink' */
  readonly namespace?: string | undefined
}

/** Where events and profiles are kept, and removed from. */
export interface Storage {
  readonly store: Store
  readonly writer: Writer
  readonly eraser: Eraser
}

export interface ScaleInput {
  readonly scale: ScaleOptions
  /** The rules in force. */
  readonly getPublication: () => Publication
  /** This server's own database, which keeps what is not of the cluster. */
  readonly own: Storage
  readonly registry: Registry
  readonly retentionDays: number | undefined
  readonly onCommit: (commit: Commit) => void
  readonly log: Log
  readonly now: () => number
}

/** What takes the place of the embedded database. */
export interface Scale extends Storage {
  readonly identity: Identity
  readonly links: KnownLinks
  readonly audit: Audit
  readonly webhooks: Pick<Webhooks, 'forget' | 'withdraw'>
  readonly exportLog: ExportLog
  /** Everything that the cluster keeps of somebody, as `exportSubject` does for what this server keeps. */
  exportKept(subject: KeptSubject): Promise<readonly object[]>
  /** Hands events on to the site's other tools, where this server folds. Resolves when it is noted where that begins. */
  startForwarder(): Promise<Forwarder | undefined>
  /** Keeps these arms as all workers together have written them, until the cluster is left. Resolves when it has begun. */
  followArms(arms: Arms): Promise<void>
  /** Gives this process' partitions to the others and ends the connection. */
  close(): Promise<void>
}

/** A read is tried three times; together that is within the time for which a page waits. */
const READ_MS = 120
const WRITE_MS = 2_000
const MANAGE_MS = 5_000
/** How long an erasure may wait for the worker of its partition. */
const ERASE_MS = 10_000
/** How long a worker may take to finish and to give its partitions away: systems that stop a server kill it after ten seconds or more. */
const STOP_MS = 7_000
export const DEFAULT_REPLICAS = 3
export const DEFAULT_PARTITIONS = 16

/** Connects this process to the cluster, makes what is missing there, and begins to fold when that is its role. */
export async function openScale({
  scale,
  getPublication,
  own,
  registry,
  retentionDays,
  onCommit,
  log,
  now,
}: ScaleInput): Promise<Scale> {
  const {
    role = 'all',
    replicas = DEFAULT_REPLICAS,
    partitions = DEFAULT_PARTITIONS,
    fold = 1,
    namespace = 'unblink',
    waitMs = 30_000,
  } = scale
  const getSite = () => getPublication().site
  const names = getNames({ namespace, site: getSite().id, fold })
  const nats = await connectNats(scale, log, `unblink ${role}`)
  const { connection, getAwayMs } = nats
  let watch: StreamWatch | undefined
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: MANAGE_MS })
    await openStreams({ connection, manager, names, replicas, partitions, retentionDays, waitMs, log })
    const client = jetstream(connection, { timeout: WRITE_MS })
    const reader = await jetstreamManager(connection, { checkAPI: false, timeout: READ_MS })
    const control = createBucket({ manager, client, name: names.control })
    const profiles = createBucket({ manager: reader, client, name: names.profiles })
    await checkFolded({ manager, control, names, fold })
    watch = await watchStream({ manager, stream: names.events, log })
    const { isReplaced, isReplacedNow, stop: stopWatch } = watch
    registry.gauge('unblink_nats_connected', '1 while there is a connection to NATS.', () => (getAwayMs() > 0 ? 0 : 1))
    const onFail = (error: unknown) =>
      log({ level: 'warn', code: 'profile_away', message: `A profile could not be read: ${getMessage(error)}` })
    const views = createViews({ profiles, getSite, onFail })
    const users = createUsers({
      ...{ bucket: createBucket({ manager, client, name: names.users }), manager, names, views, getSite, onFail },
    })
    const proofs = createBucket({ manager, client, name: names.proofs })
    const salt = await readSalt(control)
    const telling = openTelling({
      ...{ manager, client, names, control, partitions, salt, getPublication, log, now },
    })
    const recorder = createRecorder()
    const publisher = createPublisher({
      ...{ client, names, partitions, control, proofs, views, eraseMs: ERASE_MS, now },
      users: {
        ...users,
        async erase(user, ...given) {
          await users.erase(user, ...given)
          await telling.teller.forgetUser(user)
        },
      },
    })
    const conflicts = registry.counter(
      'unblink_link_conflicts_total',
      'Changes of who a visitor is that were done again, because something of the visitor came between.',
    )
    const onConflict = () => conflicts.add()
    const writer = createScaleWriter({
      ...{ publisher, recorder, log, onCommit, onConflict },
      // For this process, a stream that was made anew is as far away as one that does not answer.
      getAwayMs: () => (isReplaced() ? Infinity : getAwayMs()),
    })
    const folds = role === 'worker' || role === 'all'
    const worker = folds
      ? createWorker({
          ...{ manager, names, profiles, control, partitions, telling, tellsFrom: await telling.readFrom() },
          ...{ isReplacedNow, getSite, registry, log },
        })
      : undefined
    let stopArms = () => {}
    const store = createScaleStore({ local: own.store, recorder, views, users })
    return {
      store,
      writer,
      ...createScaleIdentity({ recorder, views, users, isSpent: publisher.isSpent, now }),
      audit: createScaleAudit({ salt, recorder, views }),
      webhooks: telling.webhooks,
      eraser: {
        eraseVisitor(visitor) {
          own.eraser.eraseVisitor(visitor)
          // A user has no events of their own.
          if (isVisitorId(visitor)) store.eraseVisitor(visitor)
        },
        eraseUser(user) {
          own.eraser.eraseUser(user)
          recorder.get().erasedUsers.push(user)
        },
      },
      exportLog: {
        async begin(exporter, note) {
          const { type } = await exporter.write(note, 0)
          return type === 'written' ? getLastSequence(manager, names) : undefined
        },
        createPages: createScalePages({ manager, names, salt, getSite }),
      },
      exportKept: (subject) =>
        Promise.all([exportKept({ manager, names, partitions, views, users }, subject), telling.exportTold(subject)])
          .then((rows) => rows.flat())
          .catch((error: unknown) => {
            log({ level: 'error', code: 'export_failed', message: getMessage(error) })
            throw new StorageAway('Not all of it can be read just now. Try again later.')
          }),
      async startForwarder() {
        if (!folds) return undefined
        return createScaleForwarder({
          ...{ manager, names, control, partitions, salt, registry, getSite, log, now, isReplacedNow },
        })
      },
      async followArms(arms) {
        // A worker decides nothing.
        if (role === 'worker') return
        const keys = Array.from({ length: partitions }, (_, partition) => names.getArmsKey(partition))
        const bucket = createBucket({ manager: reader, client, name: names.control })
        stopArms = await followArms({ bucket, keys, arms, getSite, log })
      },
      async close() {
        stopArms()
        stopWatch()
        writer.close()
        if (worker && !(await endWithin(STOP_MS, worker.stop()))) {
          const message = 'NATS does not answer, so this worker ends as if it were killed; the others go on in 5 s.'
          log({ level: 'warn', code: 'stop_unfinished', message })
        }
        await endNats(connection)
      },
    }
  } catch (error) {
    watch?.stop()
    await connection.close()
    throw error
  }
}
