import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connectNats } from '../../packages/server/dist/scale/connectNats.js'
import { formatState } from '../../packages/server/dist/scale/foldedState.js'
import { getBucketStream, getKeySubject, getNames } from '../../packages/server/dist/scale/getNames.js'
import { site } from '../collector/traffic.mjs'
import { createTemplates } from './templates.mjs'

/** Puts under way at once. */
const MAX_OPEN = 256
const STEP = 2_000

/**
 * Adds profiles from number `from` up to `to` to the bucket of a cluster that has been started, as a worker would have written
 * them. `servers` are addresses of NATS. Returns the bucket's bytes, on each of the servers that have it.
 */
export async function fillBucket({ servers, from, to, onProgress }) {
  const { connection } = await connectNats({ servers }, () => {}, 'bench-profile')
  try {
    const { profiles } = getNames({ namespace: 'unblink', site: site.id, fold: 1 })
    const client = jetstream(connection, { timeout: 30_000 })
    const getProfile = createTemplates(Date.now())
    let next = from
    const put = async () => {
      while (next < to) {
        const profile = getProfile(next++)
        const text = formatState({ seq: 0, seen: '', profile })
        await client.publish(getKeySubject(profiles, profile.visitor), text)
        if (next % STEP === 0) onProgress(next)
      }
    }
    await Promise.all(Array.from({ length: MAX_OPEN }, put))
    const manager = await jetstreamManager(connection)
    return (await manager.streams.info(getBucketStream(profiles))).state.bytes
  } finally {
    await connection.close()
  }
}
