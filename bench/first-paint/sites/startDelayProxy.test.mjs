import * as net from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { startDelayProxy } from './startDelayProxy.mjs'

test('everything arrives in its order, and the end after it', async () => {
  const echo = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const proxy = await startDelayProxy({ port: echo.address().port, rttMs: 4 })
  const socket = net.connect(proxy.port, '127.0.0.1')
  const sent = Array.from({ length: 400 }, (_, index) => `${index};`)
  let received = ''
  socket.setEncoding('utf8').on('data', (text) => (received += text))
  for (const text of sent) {
    socket.write(text)
    if (Number.parseInt(text) % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  socket.end()
  await once(socket, 'close')
  proxy.close()
  echo.close()
  expect(received).toBe(sent.join(''))
})
