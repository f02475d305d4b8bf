import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'

const READY_MS = 60_000
const ADDRESS = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/

/** Starts a line of the guide as its reader would, in a shell of its own; `output` grows. */
function type(line, folder, env) {
  const child = spawn('sh', ['-c', line], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group, so that what the shell has started ends with it.
    detached: true,
  })
  const state = { output: '', code: undefined }
  const take = (data) => (state.output += data)
  child.stdout.setEncoding('utf8').on('data', take)
  child.stderr.setEncoding('utf8').on('data', take)
  const ended = new Promise((resolve) => child.on('close', (code) => resolve((state.code = code ?? 1))))
  const stop = async () => {
    if (state.code !== undefined) return
    process.kill(-child.pid, 'SIGTERM')
    await ended
  }
  return { state, ended, stop }
}

/** Waits until a server says its address, or the line ends. */
async function waitForAddress({ state, ended }) {
  const giveUpAt = Date.now() + READY_MS
  while (Date.now() < giveUpAt && state.code === undefined) {
    const found = ADDRESS.exec(state.output)
    if (found) return found[0]
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))])
  }
  return undefined
}

/**
 * Does what a guide says, to the letter, in an empty folder: writes its files, types its commands one after the other. The last
 * one is the server, which is left running. Resolves to `{ url, stop }`; throws with what was printed when a command fails.
 */
export async function followGuide({ files, commands, folder, env, onStep }) {
  for (const { name, text } of files) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const server = commands.at(-1)
  for (const line of commands.slice(0, -1)) {
    const startedAt = Date.now()
    const { state, ended } = type(line, folder, env)
    if ((await ended) !== 0) throw new Error(`${line}\nended with ${state.code}:\n${state.output}`)
    onStep(line, Date.now() - startedAt)
  }
  const startedAt = Date.now()
  const running = type(server, folder, env)
  const url = await waitForAddress(running)
  if (!url) {
    await running.stop()
    throw new Error(`${server}\nsaid no address:\n${running.state.output}`)
  }
  onStep(server, Date.now() - startedAt)
  return { url, stop: running.stop }
}
