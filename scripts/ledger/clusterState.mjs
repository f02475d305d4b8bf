import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { readId } from '../../bench/collector/traffic.mjs'

/** What is in a cluster, read with NATS' own client and none of our code. */

const FETCH = 1_000
const TRIES = 40
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** While a server of the cluster is away, a question may go unanswered; it is asked again. */
async function insist(ask) {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries === TRIES) throw error
      await wait(250)
    }
  }
}

/** `site` is the id of the site; `run` numbers the ids of its events. */
export async function openClusterState({ servers, site, run }) {
  const connection = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 100, timeout: 5_000 })
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: 3_000 })
  const events = `unblink-${site}-events`
  const profiles = `unblink-${site}-profiles-1`
  const streams = [events, `KV_${profiles}`, `KV_unblink-${site}-control`]
  let next = 1

  return {
    /** Calls back with the number of each event that came into the stream since the last time; -1 for one of another run. */
    async readEvents(onEvent) {
      const { state } = await insist(() => manager.streams.info(events))
      while (next <= state.last_seq) {
        await insist(async () => {
          const consumer = await manager.jetstream().consumers.get(events, { opt_start_seq: next })
          const messages = await consumer.fetch({ max_messages: FETCH, expires: 2_000 })
          for await (const message of messages) {
            // On a server that has come back and is behind, NATS begins at that server's end, and gives once more what was read.
            if (message.seq < next) continue
            onEvent(readId(run, message.json().event?.i ?? ''))
            next = message.seq + 1
            if (next > state.last_seq) break
          }
          await consumer.delete().catch(() => undefined)
        })
      }
    },
    /** What is kept of a visitor: `{ seq, profile }`. */
    async readProfile(visitor) {
      const query = { last_by_subj: `$KV.${profiles}.${visitor}` }
      const message = await insist(() => manager.direct.getMessage(`KV_${profiles}`, query))
      return message?.json()
    },
    /** Whether every stream is whole on each of its servers, so that one of them may be lost again. */
    async isWhole() {
      try {
        const all = await Promise.all(streams.map((name) => manager.streams.info(name)))
        return all.every(
          ({ cluster, config }) =>
            cluster?.leader &&
            cluster.replicas?.length === config.num_replicas - 1 &&
            cluster.replicas.every(({ current, offline }) => current && !offline),
        )
      } catch {
        return false
      }
    },
    /** The name of the server that leads the stream of events. */
    getLeader: async () => (await insist(() => manager.streams.info(events))).cluster?.leader,
    close: () => connection.close(),
  }
}
