import * as net from 'node:net'

/** Passes things on in their order, each `delayMs` after it came and none before `openAt` (performance.now). */
function createLine(delayMs, openAt) {
  const waiting = []
  let timer
  const pump = () => {
    timer = undefined
    while (waiting.length > 0 && waiting[0].due <= performance.now()) waiting.shift().pass()
    if (waiting.length > 0) timer = setTimeout(pump, waiting[0].due - performance.now())
  }
  return (pass) => {
    waiting.push({ pass, due: Math.max(openAt, performance.now() + delayMs) })
    timer ??= setTimeout(pump, waiting[0].due - performance.now())
  }
}

function carry(from, to, line) {
  from.on('data', (data) => line(() => to.writable && to.write(data)))
  from.on('end', () => line(() => to.end()))
  from.on('error', () => to.destroy())
}

/**
 * Puts a round trip between the browser and `port`: half of it each way for every piece of data, and a whole one before
 * the first, for the TCP handshake that loopback answers at once. TLS and HTTP/2 pay their own trips by themselves.
 */
export async function startDelayProxy({ port, rttMs }) {
  const sockets = new Set()
  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (browser) => {
    const upstream = net.connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    for (const socket of [browser, upstream]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
    const openedAt = performance.now()
    carry(browser, upstream, createLine(rttMs / 2, openedAt + rttMs * 1.5))
    carry(upstream, browser, createLine(rttMs / 2, openedAt))
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    port: server.address().port,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
