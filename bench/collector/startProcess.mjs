import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fromRoot } from '../../scripts/lib/fromRoot.mjs'
import { site } from './traffic.mjs'

const bare = fileURLToPath(new URL('./bareServer.mjs', import.meta.url))

/** A folder of its own, with the site's config in it. */
export function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'unblink-collector-'))
  writeFileSync(join(folder, 'site.json'), JSON.stringify(site))
  return folder
}

/** Starts `node ARGS` and waits for the line with its address: `{ url, child, ended, readError }`. Throws what it printed when it ends. */
export async function start(args) {
  // In a group of its own: Ctrl-C is for us, who end it when it is time.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const killNow = () => child.kill('SIGKILL')
  process.once('exit', killNow)
  let out = ''
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (err = (err + text).slice(-20_000)))
  const ended = once(child, 'close').then(([code, signal]) => {
    process.off('exit', killNow)
    return { code, signal }
  })
  const url = await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out = (out + text).slice(-20_000)
      const found = /at (http:\/\/[\d.]+:\d+)/.exec(out)
      if (found) resolve(found[1])
    })
    void ended.then(({ code }) => reject(new Error(`The server ended with ${code}: ${err || out}`)))
  })
  return { url, child, ended, readError: () => err }
}

/** The collector as it is shipped, with its database in `folder`. `nodeArgs` are for Node itself. */
export const startCollector = (folder, { port = 0, nodeArgs = [] } = {}) =>
  start([
    ...nodeArgs,
    fromRoot('packages/server/dist/cli.js'),
    ...['serve', '--config', join(folder, 'site.json'), '--data', folder, '--port', String(port)],
  ])

export const startBare = (folder) => start([bare, join(folder, 'bare.log')])

/** Asks it to end, and waits. */
export async function stopProcess({ child, ended }) {
  child.kill('SIGTERM')
  return ended
}

/** What a process tells of itself: `{ cpuSeconds, rssBytes, text }`. */
export async function readUsage(url) {
  const text = await (await fetch(`${url}/metrics`)).text()
  const read = (name) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
  return { cpuSeconds: read('process_cpu_seconds_total'), rssBytes: read('process_resident_memory_bytes'), text }
}
