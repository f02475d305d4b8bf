import { performance } from 'node:perf_hooks'
import type { Counter, Histogram, Registry } from './createRegistry.ts'
import { createRegistry } from './createRegistry.ts'

/** Everything that the server counts. Received events are stored, duplicates, rejected, or left to their sender: nothing else. */
export interface Metrics {
  readonly registry: Registry
  readonly received: Counter
  readonly stored: Counter
  readonly duplicates: Counter
  readonly conflicts: Counter
  /** By the code of the verdict. */
  readonly rejected: Counter
  /** Events that the sender keeps and sends again, by why. */
  readonly left: Counter
  readonly bots: Counter
  /** Batches by how they were answered: `ok`, or the code of the error. */
  readonly batches: Counter
  /** Bytes of the bodies read, decompressed. */
  readonly bytes: Counter
  /** What pages say that they had to give up, by why. */
  readonly clientDrops: Counter
  readonly skewed: Counter
  readonly profilesCreated: Counter
  readonly profilesSaved: Counter
  readonly expired: Counter
  /** Requests that needed a server key, by what was wrong with theirs. */
  readonly keysRefused: Counter
  /** Answers of models over HTTP, by what came of them. */
  readonly modelAnswers: Counter
  /** What is wrong with the data of attributes, where the site declares one that says so. */
  readonly attributeFaults: Counter
  /** What models in shadow would have shown, beside what was shown. */
  readonly modelShadows: Counter
  readonly ackSeconds: Histogram
  readonly commitSeconds: Histogram
  readonly commitJobs: Histogram
  readonly loopDelaySeconds: Histogram
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const JOBS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

export function createMetrics(): Metrics {
  const registry = createRegistry()
  const { counter, histogram } = registry
  registry.gauge('process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss())
  registry.gauge('process_start_time_seconds', 'When the process started, epoch seconds.', () =>
    Math.round(performance.timeOrigin / 1_000),
  )
  registry.gauge('process_cpu_seconds_total', 'Processor time of the process since it started.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  return {
    registry,
    received: counter('unblink_events_received_total', 'Events in batches that could be read.'),
    stored: counter('unblink_events_stored_total', 'Events committed to disk and acknowledged.'),
    duplicates: counter('unblink_events_duplicate_total', 'Events that had been stored before.'),
    conflicts: counter('unblink_events_conflict_total', 'Duplicates with another content than the event stored first.'),
    rejected: counter('unblink_events_rejected_total', 'Events refused for good.', 'code', [
      'schema',
      'size',
      'scope',
      'consent',
    ]),
    left: counter('unblink_events_left_total', 'Events not taken now, which their sender keeps.', 'why', [
      'busy',
      'shed',
      'rate',
      'draining',
      'storage',
      'internal',
    ]),
    bots: counter('unblink_events_bot_total', 'Events stored of senders that say they are bots.'),
    batches: counter('unblink_batches_total', 'Batches by how they were answered.', 'answer', ['ok', 'busy', 'shed']),
    bytes: counter('unblink_batch_bytes_total', 'Bytes of the batches read, decompressed.'),
    clientDrops: counter('unblink_client_drops_total', 'Events that pages say they gave up.', 'why', [
      'evicted',
      'rejected',
      'poison',
      'size',
      'other',
    ]),
    skewed: counter('unblink_batches_skewed_total', 'Batches of devices whose clock is more than a minute off.'),
    profilesCreated: counter('unblink_profiles_created_total', 'Visitors stored for the first time.'),
    profilesSaved: counter('unblink_profiles_saved_total', 'Profiles written, new or changed.'),
    expired: counter('unblink_events_expired_total', 'Events deleted because they were older than the retention.'),
    keysRefused: counter(
      'unblink_keys_refused_total',
      'Requests refused for their server key: of no site, without the scope, or none.',
      'why',
      ['unknown', 'scope', 'none'],
    ),
    attributeFaults: counter(
      'unblink_attribute_faults_total',
      'What is wrong with the data that declared attributes are made of.',
      'fault',
      ['missing', 'outOfRange', 'late', 'duplicated'],
    ),
    modelAnswers: counter('unblink_model_answers_total', 'Rows that models over HTTP were asked for.', 'answer', [
      'ok',
      'failed',
    ]),
    modelShadows: counter(
      'unblink_model_shadows_total',
      'Choices of models in shadow, beside what was chosen.',
      'beside',
      ['same', 'drawn', 'other', 'weights'],
    ),
    ackSeconds: histogram('unblink_ack_seconds', 'From the first look at a batch to its acknowledgement.', SECONDS),
    commitSeconds: histogram('unblink_commit_seconds', 'Time of a transaction, with its wait for the disk.', SECONDS),
    commitJobs: histogram('unblink_commit_batches', 'Batches in one transaction.', JOBS),
    loopDelaySeconds: histogram('unblink_event_loop_delay_seconds', 'How late a timer of 20 ms fires.', SECONDS),
  }
}
