import { randomUUID } from 'node:crypto'
import type { JetStreamManager } from '@nats-io/jetstream'
import { createForwardMetrics } from '../forward/createForwardMetrics.ts'
import type { Forwarder } from '../forward/createForwarder.ts'
import { DESTINATIONS, type Destination } from '../forward/destinations.ts'
import { serveLane, type ServeOptions } from '../forward/serveLane.ts'
import type { Registry } from '../metrics/createRegistry.ts'
import type { Bucket } from './createBucket.ts'
import { beginForward, createForwardLane, type ForwardLane } from './createForwardLane.ts'
import { createShares, type Shares, type SharesOptions } from './createShares.ts'
import { endWithin } from './endWithin.ts'
import type { Names } from './getNames.ts'

export interface ScaleForwarderOptions
  extends ServeOptions, Pick<SharesOptions, 'isReplacedNow' | 'turnMs' | 'goneMs'> {
  readonly manager: JetStreamManager
  readonly names: Names
  readonly control: Bucket
  readonly partitions: number
  /** The key of pseudonyms. */
  readonly salt: string
  readonly registry: Registry
}

/** How often is looked whether the config has got something to hand on. */
const LOOK_MS = 1_000
/** How long what has begun may take to end, and then giving the partitions away. */
const FINISH_MS = 3_000

interface Served {
  readonly destination: Destination
  readonly lane: ForwardLane
  stop(): Promise<void>
}

/**
 * Hands events on from the stream, each partition's by one worker at a time: the one whose share it is. Resolves when it is noted where
 * that begins, so that nothing is left out that comes afterwards; rejects when NATS does not answer.
 */
export async function createScaleForwarder(options: ScaleForwarderOptions): Promise<Forwarder> {
  const { manager, names, control, partitions, salt, registry, getSite, log, isReplacedNow, turnMs, goneMs } = options
  const served = new Map<number, readonly Served[]>()
  const isOn = (destination: Destination) => getSite().forward?.[destination] !== undefined
  const listOn = () => DESTINATIONS.filter(isOn)
  const metrics = createForwardMetrics({
    registry,
    isOn,
    getPending: (destination) =>
      [...served.values()]
        .flat()
        .reduce((sum, one) => sum + (one.destination === destination ? one.lane.getPending() : 0), 0),
    pendingHelp:
      'Messages of this worker’s partitions that a destination has not been served with, as far as is known.',
  })
  registry.gauge('unblink_forward_partitions', 'Partitions whose events this worker hands on.', () => served.size)
  const ending = new Set<Promise<unknown>>()

  const begin = (partition: number): readonly Served[] =>
    DESTINATIONS.map((destination) => {
      const stop = new AbortController()
      const { signal } = stop
      const lane = createForwardLane({ manager, names, control, destination, partition, salt, signal, log })
      const end = serveLane({ ...options, destination, lane, metrics, stop, about: { partition } })
      const stopLane = async () => {
        await end()
        await lane.close()
      }
      return { destination, lane, stop: stopLane }
    })

  const end = (partition: number) => {
    const done = Promise.all((served.get(partition) ?? []).map((one) => one.stop()))
    served.delete(partition)
    ending.add(done)
    void done.finally(() => ending.delete(done))
  }

  const onChange = (ours: ReadonlyMap<number, number>) => {
    if (isClosed) return
    for (const partition of served.keys()) if (!ours.has(partition)) end(partition)
    for (const partition of ours.keys()) if (!served.has(partition)) served.set(partition, begin(partition))
  }

  let isClosed = false
  let shares: Shares | undefined
  /** Who has nothing to hand on takes no share from others. */
  const join = () => {
    if (shares || listOn().length === 0) return
    shares = createShares({
      ...{ bucket: control, key: names.forwardBoard, partitions, me: randomUUID().slice(0, 8), log },
      // How far a lane is, is kept for each destination.
      ...{ getProgress: () => new Map(), onChange, does: 'hands on' },
      ...(isReplacedNow ? { isReplacedNow } : {}),
      ...(turnMs === undefined ? {} : { turnMs }),
      ...(goneMs === undefined ? {} : { goneMs }),
    })
  }
  for (const one of listOn()) await beginForward(options, one)
  join()
  const looking = setInterval(join, LOOK_MS).unref()

  return {
    async close() {
      isClosed = true
      clearInterval(looking)
      for (const partition of [...served.keys()]) end(partition)
      // What was sent and not noted is sent again by the next: no more than one slice of each partition.
      await endWithin(FINISH_MS, Promise.all(ending))
      if (shares) await endWithin(FINISH_MS, shares.stop())
    },
  }
}
