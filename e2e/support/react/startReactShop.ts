import type { EventType } from '@unblink/protocol'
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readEvents, waitForEvent, type EventOf } from '../storedEvents.ts'

export interface ReactShop {
  /** The shop's address, without a trailing slash. */
  readonly url: string
  /** What the collector has stored of this type, read from the database file itself. */
  events<T extends EventType>(type: T): readonly EventOf<T>[]
  /** Waits until the collector holds one that satisfies; fails with what it holds instead. */
  waitFor<T extends EventType>(type: T, satisfies: (event: EventOf<T>) => boolean): Promise<EventOf<T>>
  close(): Promise<void>
}

const HERE = fileURLToPath(new URL('../../../examples/react-shop/', import.meta.url))
const ENV = { ...process.env, NODE_ENV: 'production' }
const START = `import('./dist/serve.js').then(({ main }) => main(process.argv.slice(1)))`

/** Bundles the shop's half for the page with Vite, and starts the shop in a process of its own. */
export async function startReactShop(): Promise<ReactShop> {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js')
  await promisify(execFile)(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: HERE, env: ENV })
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-react-shop-'))
  const shop = spawn(process.execPath, ['-e', START, '--', '--port', '0', '--data', dataDir], {
    cwd: HERE,
    env: ENV,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => shop.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(shop.stdout).on('line', (line) => {
      const [, address] = /^Larder Lane +(\S+)\/$/.exec(line) ?? []
      if (address) resolve(address)
    })
    void ended.then(() => reject(new Error('The shop ended by itself; it says why above.')))
  })
  const events = <T extends EventType>(type: T) => readEvents(dataDir, type)
  return {
    url,
    events,
    waitFor: (type, satisfies) => waitForEvent(() => events(type), satisfies),
    async close() {
      shop.kill('SIGTERM')
      await ended
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
