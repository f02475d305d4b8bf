import { performance } from 'node:perf_hooks'
import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import { nanos, type NatsConnection } from '@nats-io/transport-node'
import { getMessage, type Log } from '../log.ts'
import { getBucketStream, getKeySubject, type Names } from './getNames.ts'
import { ScaleError } from './ScaleError.ts'

export interface StreamsInput {
  readonly connection: NatsConnection
  readonly manager: JetStreamManager
  readonly names: Names
  /** On how many servers an event is before it is acknowledged. */
  readonly replicas: number
  readonly partitions: number
  /** Events older than this go; undefined keeps them. */
  readonly retentionDays: number | undefined
  readonly waitMs: number
  readonly log: Log
}

const DAY_MS = 86_400_000
/** Repeats within this time are recognised by the stream itself; later ones by what the profile remembers. */
const REPEAT_WINDOW_MS = 10 * 60_000
/** As in `createAudit`. */
const AUDIT_DAYS = 366
/** A proof is good for a day at most, by clocks that may differ. */
const PROOF_MS = 2 * DAY_MS
const TRY_EVERY_MS = 1_000
const SETTINGS_KEY = 'settings'

/** NATS' own codes, https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const NOT_FOUND = 10_059
const NOT_CLUSTERED = 10_074
const WRONG_LAST = 10_071
const OVERLAP = 10_065
/** While a cluster comes up: no leader yet, no peers yet. */
const NOT_YET = [10_003, 10_005, 10_008, 10_009, 10_023]

/** How often and how long a server waits for a stream that another is making: two seconds in all. */
const OVERLAP_TRIES = 20
const OVERLAP_WAIT_MS = 100

const getCode = (error: unknown) => (error instanceof JetStreamApiError ? error.code : undefined)

async function findStream({ manager }: StreamsInput, name: string): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name)
  } catch (error) {
    if (getCode(error) === NOT_FOUND) return undefined
    throw error
  }
}

/**
 * Makes a stream that is missing. Two servers that begin at once may both find it missing, and NATS tells the later one that its
 * subjects are taken: by the stream that it wanted, as it sees a moment later.
 */
async function makeStream(input: StreamsInput, name: string, make: () => Promise<unknown>): Promise<StreamInfo> {
  for (let tries = 1; ; tries++) {
    const known = await findStream(input, name)
    if (known) return known
    try {
      await make()
    } catch (error) {
      if (getCode(error) !== OVERLAP || tries === OVERLAP_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, OVERLAP_WAIT_MS))
    }
  }
}

function checkReplicas({ replicas, log }: StreamsInput, { config, cluster }: StreamInfo): void {
  if (config.num_replicas < replicas) {
    throw new ScaleError(
      `The stream ${config.name} is on ${config.num_replicas} server${config.num_replicas === 1 ? '' : 's'}, and ${replicas} were asked for: an acknowledged event could be lost with one disk. Raise it (nats stream edit ${config.name} --replicas ${replicas}), or accept it with --replicas ${config.num_replicas}.`,
    )
  }
  const absent = cluster?.replicas?.filter(({ offline }) => offline).length ?? 0
  if (absent > 0) {
    const message = `${absent} of the ${config.num_replicas} servers of ${config.name} cannot be reached. Events are acknowledged by the others.`
    log({ level: 'warn', code: 'replicas_away', message, stream: config.name, absent })
  }
}

async function openEvents(input: StreamsInput): Promise<void> {
  const { manager, names, replicas, retentionDays, log } = input
  const maxAge = retentionDays === undefined ? 0 : nanos(retentionDays * DAY_MS)
  const known = await findStream(input, names.events)
  if (known && known.config.max_age !== maxAge) {
    const days = Math.round(known.config.max_age / nanos(DAY_MS))
    const message = `The stream ${names.events} keeps events for ${days === 0 ? 'ever' : `${days} days`}, whatever --retention-days says here. Change it with nats stream edit.`
    log({ level: 'warn', code: 'retention_differs', message })
  }
  const config: Partial<StreamConfig> & { name: string } = {
    name: names.events,
    subjects: [names.eventSubjects],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    num_replicas: replicas,
    duplicate_window: nanos(REPEAT_WINDOW_MS),
    max_age: maxAge,
    // A full stream refuses what comes; it must not push out what was acknowledged.
    discard: DiscardPolicy.New,
  }
  checkReplicas(input, known ?? (await makeStream(input, names.events, () => manager.streams.add(config))))
}

/** Nobody can change or remove what is in it; it lets go by itself of what is older than a year and the retention. */
async function openAudit(input: StreamsInput): Promise<void> {
  const { manager, names, replicas, retentionDays } = input
  const config: Partial<StreamConfig> & { name: string } = {
    name: names.audit,
    subjects: [names.auditSubjects],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    num_replicas: replicas,
    max_age: retentionDays === undefined ? 0 : nanos(Math.max(retentionDays, AUDIT_DAYS) * DAY_MS),
    deny_delete: true,
    deny_purge: true,
    discard: DiscardPolicy.New,
  }
  checkReplicas(input, await makeStream(input, names.audit, () => manager.streams.add(config)))
}

async function openBucket(input: StreamsInput, bucket: string, ttl?: number): Promise<void> {
  const { connection, replicas } = input
  const settings = { history: 1, replicas, storage: StorageType.File, ...(ttl === undefined ? {} : { ttl }) }
  const make = () => new Kvm(connection).create(bucket, settings)
  checkReplicas(input, await makeStream(input, getBucketStream(bucket), make))
}

/** Visitors are spread by the number of partitions, so it is written down once and must be the same ever after. */
async function checkPartitions({ connection, manager, names, partitions }: StreamsInput): Promise<void> {
  const subject = getKeySubject(names.control, SETTINGS_KEY)
  try {
    const expect = { lastSubjectSequence: 0 }
    await manager.jetstream().publish(subject, JSON.stringify({ v: 1, partitions }), { expect })
  } catch (error) {
    if (getCode(error) !== WRONG_LAST) throw error
    const message = await manager.streams.getMessage(getBucketStream(names.control), { last_by_subj: subject })
    const known = message?.json<{ partitions: number }>().partitions
    if (known === partitions) return
    throw new ScaleError(
      `This site was set up with ${known} partitions, and ${partitions} were asked for. Give --partitions ${known} on every server (connected to ${connection.getServer()}).`,
    )
  }
}

const isPassing = (error: unknown) => {
  const code = getCode(error)
  // Without a code: no answer, because nobody leads yet.
  return code === undefined ? !(error instanceof ScaleError) : NOT_YET.includes(code)
}

function explain(error: unknown, { replicas }: StreamsInput): ScaleError {
  if (getCode(error) === NOT_CLUSTERED)
    return new ScaleError(
      `This NATS is a single server, and events were to be on ${replicas}. Connect to a cluster of ${replicas}, or accept that one disk is the only copy with --replicas 1.`,
    )
  const isShort = getCode(error) === 10_005
  const advice = isShort
    ? `Are ${replicas} servers of the cluster up, with JetStream enabled and room on their disks?`
    : 'Is JetStream enabled on it, and has the cluster a leader?'
  return new ScaleError(`NATS cannot hold the events yet: ${getMessage(error)}. ${advice}`)
}

/**
 * Makes the streams and the buckets that are missing, and checks those that are there. Waits while the cluster comes up;
 * throws a ScaleError for what does not mend itself.
 */
export async function openStreams(input: StreamsInput): Promise<void> {
  const { names, waitMs, log } = input
  const endsAt = performance.now() + waitMs
  for (;;) {
    try {
      await Promise.all([
        openEvents(input),
        openAudit(input),
        openBucket(input, names.proofs, PROOF_MS),
        ...[names.control, names.profiles, names.users, names.told].map((bucket) => openBucket(input, bucket)),
      ])
      return await checkPartitions(input)
    } catch (error) {
      if (error instanceof ScaleError) throw error
      const leftMs = endsAt - performance.now()
      if (!isPassing(error) || leftMs <= 0) throw explain(error, input)
      const message = `The cluster is not ready (${getMessage(error)}); trying for ${Math.ceil(leftMs / 1_000)} s more.`
      log({ level: 'info', code: 'nats_waiting', message })
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS))
    }
  }
}
