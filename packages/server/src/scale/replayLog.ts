import type { JetStreamManager } from '@nats-io/jetstream'
import type { Site } from '../site/site.ts'
import type { Bucket } from './createBucket.ts'
import { EMPTY, foldMessage, formatState, type FoldedState } from './foldedState.ts'
import type { Names } from './getNames.ts'
import { getStretches } from './getStretches.ts'
import { toSequenced } from './readLog.ts'
import { readStream } from './readStream.ts'

export interface ReplayInput {
  readonly manager: JetStreamManager
  readonly names: Names
  readonly profiles: Bucket
  readonly partitions: number
  readonly site: Site
  /** Told after each partition. */
  readonly onPartition?: (done: { readonly partition: number; readonly messages: number }) => void
}

/** What a replay found. Everybody is counted once: equal, different, ahead or behind. */
export interface Replayed {
  readonly messages: number
  readonly visitors: number
  /** The profile in use is, byte for byte, what its events give. */
  readonly equal: number
  /** Visitors whose profile in use is another. */
  readonly different: readonly string[]
  /** A worker has folded more meanwhile. */
  readonly ahead: number
  /** No worker has folded all of it yet. */
  readonly behind: number
}

/** Profiles asked for at once. */
const MAX_OPEN = 32

type Verdict = 'equal' | 'different' | 'ahead' | 'behind'

async function judge(profiles: Bucket, visitor: string, replayed: FoldedState): Promise<Verdict> {
  const text = (await profiles.get(visitor))?.text
  if (text === formatState(replayed)) return 'equal'
  const { seq = 0 } = text === undefined ? {} : (JSON.parse(text) as { seq?: number })
  return seq > replayed.seq ? 'ahead' : seq < replayed.seq ? 'behind' : 'different'
}

/** The messages of visitors that the partition has now, in order. */
async function* readPartition(manager: JetStreamManager, names: Names, partition: number) {
  const { events: stream } = names
  for await (const stretch of getStretches(manager, stream))
    for await (const piece of readStream({ manager, stream, subject: names.getFilter(partition), ...stretch }))
      yield* piece.map((one) => toSequenced(names, one)).filter((one) => one !== undefined)
}

/**
 * Folds all that is in the stream anew, in memory and partition by partition, and compares each profile with the one in use.
 * Changes nothing. Needs the config with which the events were folded, and a stream that still has all events.
 */
export async function replayLog({
  manager,
  names,
  profiles,
  partitions,
  site,
  onPartition = () => {},
}: ReplayInput): Promise<Replayed> {
  const counts = { equal: 0, ahead: 0, behind: 0 }
  const different: string[] = []
  let messages = 0
  let visitors = 0
  for (let partition = 0; partition < partitions; partition++) {
    const states = new Map<string, FoldedState>()
    let count = 0
    for await (const message of readPartition(manager, names, partition)) {
      states.set(message.visitor, foldMessage(states.get(message.visitor) ?? EMPTY, message, site))
      count++
    }
    const waiting = [...states]
    const work = async () => {
      for (let one = waiting.pop(); one; one = waiting.pop()) {
        const verdict = await judge(profiles, ...one)
        if (verdict === 'different') different.push(one[0])
        else counts[verdict]++
      }
    }
    await Promise.all(Array.from({ length: Math.min(MAX_OPEN, waiting.length) }, work))
    messages += count
    visitors += states.size
    onPartition({ partition, messages: count })
  }
  return { messages, visitors, different, ...counts }
}
