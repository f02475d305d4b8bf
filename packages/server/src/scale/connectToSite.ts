import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import type { LogRecord } from '../log.ts'
import { connectNats } from './connectNats.ts'
import { getNames, type Names } from './getNames.ts'
import type { ScaleOptions } from './openScale.ts'

const MANAGE_MS = 10_000
/** NATS' own code, https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const NOT_FOUND = 10_059

const log = ({ code, message }: LogRecord) => void process.stderr.write(`${code}: ${message}\n`)

/**
 * Connects a command to a cluster that has the site's events. Rejects with what to do when it has none, or NATS cannot be reached. Whoever
 * gets the connection closes it.
 */
export async function connectToSite(
  scale: ScaleOptions,
  site: string,
  command: string,
): Promise<{ readonly connection: NatsConnection; readonly manager: JetStreamManager; readonly names: Names }> {
  const { fold = 1, namespace = 'unblink' } = scale
  const names = getNames({ namespace, site, fold })
  const { connection } = await connectNats(scale, log, command)
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: MANAGE_MS })
    await manager.streams.info(names.events).catch((error: unknown) => {
      if (!(error instanceof JetStreamApiError) || error.code !== NOT_FOUND) throw error
      throw new Error(
        `There are no events of the site "${site}" on this cluster. Is it the config that its servers have?`,
      )
    })
    return { connection, manager, names }
  } catch (error) {
    await connection.close()
    throw error
  }
}
