import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { getCliCommand, getUrl, type Running } from '../test/startCli.ts'
import { makeBatch, makeEvent, post, siteInput } from '../test/startTestServer.ts'

/** So many connections are more than the process may have open. */
const OPEN_FILES = 120
const CONNECTIONS = 300

let folder = ''
let running: Running | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-limits-'))
  await writeFile(join(folder, 'site.json'), JSON.stringify(siteInput))
})
afterEach(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
  await rm(folder, { recursive: true })
})

/** The server in a shell that allows it few open files. */
async function start(): Promise<string> {
  const args = ['serve', '--config', join(folder, 'site.json'), '--port', '0', '--data', folder]
  const child = spawn('sh', ['-c', `ulimit -n ${OPEN_FILES}; exec "$@"`, 'sh', ...getCliCommand(), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }))
  running = { child, output, ended }
  return getUrl(running)
}

const isReady = (url: string) =>
  fetch(`${url}/ready`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  )

test.skipIf(process.platform === 'win32')(
  'D18 with no file left to open it is not ready, and with the connections gone it takes batches again',
  { timeout: 60_000 },
  async () => {
    const url = await start()
    expect(await isReady(url)).toBe(true)
    const { hostname, port } = new URL(url)
    const sockets: Socket[] = Array.from({ length: CONNECTIONS }, () =>
      connect(Number(port), hostname).on('error', () => {}),
    )
    await expect.poll(() => isReady(url), { timeout: 20_000 }).toBe(false)
    sockets.forEach((socket) => socket.destroy())
    await expect.poll(() => isReady(url), { timeout: 20_000 }).toBe(true)
    const response = await post(`${url}/v1/e`, makeBatch([makeEvent({})]))
    expect(await response.json()).toMatchObject({ ok: 1 })
  },
)

test.skipIf(process.platform === 'win32')(
  'D18 while the process stands still nobody is told that it is ready; going on, it answers what has waited',
  { timeout: 60_000 },
  async () => {
    const url = await start()
    running!.child.kill('SIGSTOP')
    const waiting = post(`${url}/v1/e`, makeBatch([makeEvent({})]))
    expect(await isReady(url)).toBe(false)
    running!.child.kill('SIGCONT')
    const response = await waiting
    expect(await response.json()).toMatchObject({ ok: 1 })
    await expect.poll(() => isReady(url), { timeout: 10_000 }).toBe(true)
  },
)
