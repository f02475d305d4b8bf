import { spawn } from 'node:child_process'
import { createServer, type Server as NetServer } from 'node:net'
import type { Server } from 'node:http'

/** So many connections can be taken in one turn of the event loop, beside the server's own. */
const LISTENERS = 15
/** A child that has not answered by then will not. */
const GIVE_UP_MS = 5_000

/** Sends back whatever handle it is given: under a number of its own, since that is how handles travel between processes. */
const ECHO = "process.on('message', (n, handle) => process.send(n, handle, {}, () => handle.close()))"

/**
 * Lets a server that listens take more than one new connection in each turn of the event loop. libuv takes one
 * (https://github.com/libuv/libuv/pull/3696), so when turns are long, as they are under a flood, new visitors wait for
 * seconds before the server could even refuse them. Here further listeners share its port, and for the server it is as if
 * all connections came through itself. Where the system does not allow that, everything stays as it was.
 * @returns Ends the further listeners, to be called when the server is closed; resolves when the last of their connections has
 * ended, for which the server itself does not wait.
 */
export async function acceptAlong(server: Server): Promise<() => Promise<unknown>> {
  const listeners: NetServer[] = []
  const handle = (server as { _handle?: unknown })._handle
  const end = () =>
    Promise.all(listeners.splice(0).map((listener) => new Promise((resolve) => listener.close(resolve))))
  if (process.platform === 'win32' || !handle) return end
  const child = spawn(process.execPath, ['-e', ECHO], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, GIVE_UP_MS)
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    child.on('error', done).on('exit', done)
    child.on('message', (_n, copy) => {
      const listener = createServer((socket) => server.emit('connection', socket))
      listener.on('error', () => {}) // the server's own listener goes on
      listener.listen(copy)
      if (listeners.push(listener) === LISTENERS) done()
    })
    for (let n = 0; n < LISTENERS; n++) child.send(n, handle as never, {}, () => {})
  })
  child.removeAllListeners().on('error', () => {})
  child.kill()
  return end
}
