import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** The processes of an Unblink cluster on this machine, each of which can be killed and started again at its own address. */

const KILL_MS = 15_000

async function takePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/**
 * One server: `start()` resolves when it listens, `kill()` ends it at once, `stop()` asks it to end and resolves to its exit
 * code. `command` is what runs `unblink`, as in `['node', 'cli.js']`.
 */
export async function createClusterServer({ name, command, args, env = {} }) {
  const port = await takePort()
  let child
  let ended
  let error = ''
  const [program, ...first] = command
  const killNow = () => child?.kill('SIGKILL')
  process.once('exit', killNow)
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    readError: () => error,
    get pid() {
      return child?.pid
    },
    async start() {
      error = ''
      child = spawn(program, [...first, ...args, '--port', String(port)], {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
        env: { ...process.env, ...env },
      })
      const started = child
      ended = once(started, 'close')
      started.stderr.setEncoding('utf8').on('data', (text) => (error = (error + text).slice(-20_000)))
      await new Promise((resolve, reject) => {
        let out = ''
        started.stdout.setEncoding('utf8').on('data', (text) => {
          out = (out + text).slice(-20_000)
          if (/at http:\/\//.test(out)) resolve()
        })
        started.once('error', reject)
        ended.then(([code]) => reject(new Error(`${name} ended with ${code}: ${error || out}`)), reject)
      })
    },
    async kill() {
      child?.kill('SIGKILL')
      await ended
    },
    async stop() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode
      const timer = setTimeout(killNow, KILL_MS)
      child.kill('SIGTERM')
      const [code] = await ended
      clearTimeout(timer)
      process.off('exit', killNow)
      return code
    },
  }
}
