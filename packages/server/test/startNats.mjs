import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Real NATS servers on this machine: one, or a cluster, on free ports of the loopback address and in a folder of their own. */

/** The path of `nats-server`; undefined where it is not installed. */
export function findNats() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin']
  const files = [process.env.NATS_SERVER_PATH ?? '', ...folders.map((folder) => join(folder, 'nats-server'))]
  return files.find((file) => file !== '' && existsSync(file))
}

/** Like `[2, 9]`. */
export function getNatsVersion(program) {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 20_000 })
  return (/(\d+)\.(\d+)/.exec(stdout ?? '') ?? []).slice(1).map(Number)
}

/** Whether it can write each message to the disk before it acknowledges it; older ones do so every two minutes. */
const canSyncAlways = ([major = 0, minor = 0]) => major > 2 || (major === 2 && minor >= 10)

/** Below those that systems hand out by themselves: somebody else's connection must not take it before the server does. */
const FIRST_PORT = 15_000
const PORTS = 15_000

async function takePort() {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS)
    const server = createServer()
    const isFree = await new Promise((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}

const formatConfig = ({ name, port, folder, routes, ownRoute, doesSync }) =>
  [
    `server_name: ${name}`,
    `listen: 127.0.0.1:${port}`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(folder)}`,
    '  max_memory_store: 128MB',
    '  max_file_store: 4GB',
    ...(doesSync ? ['  sync_interval: always'] : []),
    '}',
    ...(routes.length > 1
      ? [
          'cluster {',
          '  name: unblink',
          `  listen: 127.0.0.1:${ownRoute}`,
          `  routes: [${routes.map((route) => `nats://127.0.0.1:${route}`).join(', ')}]`,
          '}',
        ]
      : []),
    '',
  ].join('\n')

function createNode({ program, file, name, url }) {
  let child
  let ended
  const node = {
    name,
    url,
    get pid() {
      return child?.pid
    },
    /** Resolves when it listens; throws what it has printed when it ends instead. */
    async start() {
      child = spawn(program, ['--config', file], { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
      const started = child
      let text = ''
      ended = once(started, 'close')
      await new Promise((resolve, reject) => {
        started.stderr.setEncoding('utf8').on('data', (part) => {
          text = (text + part).slice(-20_000)
          if (/Server is ready/.test(text)) resolve()
        })
        started.once('error', reject)
        ended.then(() => reject(new Error(`nats-server ended: ${text}`)), reject)
      })
    },
    /** At once, as when the power of its process fails. */
    async kill() {
      child?.kill('SIGKILL')
      await ended
    },
  }
  return node
}

/**
 * Starts `count` servers, a cluster when there are more than one. Gives `{ url, nodes, version, doesSync, stop }`: `url` is what
 * `--nats` takes; `stop()` ends them and removes their files. Throws where nats-server is not installed.
 */
export async function startNats({ count = 1, folder = mkdtempSync(join(tmpdir(), 'unblink-nats-')) } = {}) {
  const program = findNats()
  if (!program) throw new Error('nats-server is not installed. Run: node scripts/ensure.mjs nats')
  const version = getNatsVersion(program)
  const doesSync = canSyncAlways(version)
  const ports = []
  const routes = []
  for (let index = 0; index < count; index++) {
    ports.push(await takePort())
    routes.push(await takePort())
  }
  const nodes = ports.map((port, index) => {
    const name = `n${index + 1}`
    const own = join(folder, name)
    mkdirSync(own, { recursive: true })
    const file = join(folder, `${name}.conf`)
    writeFileSync(file, formatConfig({ name, port, folder: own, routes, ownRoute: routes[index], doesSync }))
    return createNode({ program, file, name, url: `nats://127.0.0.1:${port}` })
  })
  const killAll = () => nodes.forEach(({ pid }) => pid && tryKill(pid))
  process.once('exit', killAll)
  await Promise.all(nodes.map((node) => node.start()))
  return {
    url: nodes.map(({ url }) => url).join(','),
    nodes,
    version,
    doesSync,
    async stop() {
      process.off('exit', killAll)
      await Promise.all(nodes.map((node) => node.kill()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function tryKill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
