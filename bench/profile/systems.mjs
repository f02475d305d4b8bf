import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startNats } from '../../packages/server/test/startNats.mjs'
import { fromRoot } from '../../scripts/lib/fromRoot.mjs'
import { makeFolder, start, startCollector, stopProcess } from '../collector/startProcess.mjs'

/**
 * What is measured: `fill({ from, to, onProgress })` puts profiles in and resolves to their bytes, `open()` resolves to
 * `{ collector, api, close }`, two addresses, and `end()` removes everything.
 */

async function stop(server, say) {
  const { code } = await stopProcess(server)
  if (code !== 0) say(`A server ended with ${code}: ${server.readError()}`)
}

/** One server with its embedded database. It is filled while it is closed. */
export async function createSingle(say) {
  const { fillProfiles } = await import('./fillProfiles.mjs')
  const folder = makeFolder()
  return {
    fill: (input) => fillProfiles({ folder, ...input }),
    async open() {
      const server = await startCollector(folder)
      return { collector: server.url, api: server.url, close: () => stop(server, say) }
    },
    end: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Three NATS servers that each have everything, a collector, a worker, and a server that answers profiles. */
export async function createCluster(say) {
  const { fillBucket } = await import('./fillBucket.mjs')
  const folder = makeFolder()
  const nats = await startNats({ count: 3, folder: join(folder, 'nats') })
  const servers = []
  const end = async () => {
    for (const server of servers.reverse()) await stop(server, say)
    await nats.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  const startRole = async (role) => {
    const config = ['--config', join(folder, 'site.json')]
    const scale = ['--nats', nats.url, '--replicas', '3', '--partitions', '8', '--role', role]
    const server = await start([fromRoot('packages/server/dist/cli.js'), 'serve', ...config, ...scale, '--port', '0'])
    servers.push(server)
    return server.url
  }
  try {
    const collector = await startRole('collector')
    await startRole('worker')
    const api = await startRole('api')
    return {
      fill: (input) => fillBucket({ servers: nats.url.split(','), ...input }),
      open: () => Promise.resolve({ collector, api, close: () => Promise.resolve() }),
      end,
    }
  } catch (error) {
    await end()
    throw error
  }
}
