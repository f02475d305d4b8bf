import { randomUUID } from 'node:crypto'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { Log } from '../log.ts'
import type { Registry } from '../metrics/createRegistry.ts'
import type { Site } from '../site/site.ts'
import type { Bucket } from './createBucket.ts'
import { createFolder, type Folder } from './createFolder.ts'
import { createShares } from './createShares.ts'
import { createTeacher } from './createTeacher.ts'
import { endWithin } from './endWithin.ts'
import type { Names } from './getNames.ts'
import type { OpenedTelling } from './telling/openTelling.ts'

export interface WorkerOptions {
  readonly manager: JetStreamManager
  readonly names: Names
  readonly profiles: Bucket
  readonly control: Bucket
  readonly partitions: number
  /** The site's webhooks, and the message up to which nothing is told. */
  readonly telling: OpenedTelling
  readonly tellsFrom: number
  /** Whether the stream is another than at the start, by a fresh look. */
  readonly isReplacedNow: () => Promise<boolean>
  readonly getSite: () => Site
  readonly registry: Registry
  readonly log: Log
}

export interface Worker {
  /** Finishes what has begun and gives the partitions to the others. */
  stop(): Promise<void>
}

/** How long what has begun may take to end; then the partitions are given away all the same. */
const FINISH_MS = 4_000

/** Folds the partitions that are this process' share, and as many more as the others leave. */
export function createWorker({
  manager,
  names,
  profiles,
  control,
  partitions,
  telling,
  tellsFrom,
  isReplacedNow,
  getSite,
  registry,
  log,
}: WorkerOptions): Worker {
  const folders = new Map<number, Folder>()
  const folded = registry.counter('unblink_fold_messages_total', 'Messages of the stream that were folded here.')
  const written = registry.counter('unblink_fold_profiles_total', 'Profiles written by this worker.')
  const conflicts = registry.counter(
    'unblink_fold_conflicts_total',
    'Writes that another worker was in the way of, and that were done again.',
  )
  registry.gauge('unblink_fold_partitions', 'Partitions that this worker folds.', () => folders.size)
  registry.gauge('unblink_fold_pending', 'Messages that wait to be folded by this worker.', () =>
    [...folders.values()].reduce((sum, folder) => sum + folder.getPending(), 0),
  )

  const sending = telling.start(registry)

  const onChange = (ours: ReadonlyMap<number, number>) => {
    for (const [partition, folder] of folders) {
      if (ours.has(partition)) continue
      folders.delete(partition)
      void folder.stop()
      sending.leave(partition)
    }
    for (const [partition, from] of ours) {
      if (folders.has(partition)) continue
      sending.take(partition)
      const teacher = createTeacher({ control, key: names.getArmsKey(partition), getSite })
      const options = { manager, names, profiles, teacher, partition, from, getSite, log }
      folders.set(
        partition,
        createFolder({
          ...options,
          telling: { teller: telling.teller, from: tellsFrom },
          onFold(done) {
            folded.add(done.messages)
            written.add(done.profiles)
          },
          onConflict: () => conflicts.add(),
        }),
      )
    }
  }

  const shares = createShares({
    bucket: control,
    key: names.board,
    partitions,
    me: randomUUID().slice(0, 8),
    getProgress: () => new Map([...folders].map(([partition, folder]) => [partition, folder.getDone()])),
    onChange,
    isReplacedNow,
    log,
  })

  return {
    async stop() {
      const ending = [...folders.values()].map((folder) => folder.stop())
      // What is not finished when NATS does not answer is done again by the next.
      await endWithin(FINISH_MS, Promise.all([...ending, sending.stop()]))
      await shares.stop()
    },
  }
}
