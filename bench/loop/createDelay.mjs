import { connect, createServer } from 'node:net'

/** Passes the bytes on after a while, in their order. Ends when the other side does, as late as its bytes. */
function passOn(from, to, delayMs) {
  from.on('data', (chunk) => setTimeout(() => to.writable && to.write(chunk), delayMs))
  from.on('end', () => setTimeout(() => to.end(), delayMs))
  from.on('error', () => to.destroy())
  from.on('close', () => setTimeout(() => to.destroy(), delayMs))
}

/** A network between a browser and a server on this machine: every byte takes `delayMs` each way. Resolves to `{ url, close }`. */
export async function createDelay({ target, delayMs }) {
  const { hostname, port } = new URL(target)
  const sockets = new Set()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true)
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    }
    passOn(client, upstream, delayMs)
    passOn(upstream, client, delayMs)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      sockets.forEach((socket) => socket.destroy())
      server.close()
    },
  }
}
