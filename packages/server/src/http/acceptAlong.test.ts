import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { acceptAlong } from './acceptAlong.ts'

let server: Server
let clients: Socket[] = []
let end: () => unknown = () => {}
afterEach(async () => {
  clients.forEach((client) => client.destroy())
  clients = []
  end()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function listen(): Promise<number> {
  server = createServer((_request, response) => response.end('here'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** How many connections the server takes in each turn of the event loop, when ten have come at once. */
async function countTurns(port: number): Promise<number[]> {
  let taken = 0
  server.on('connection', () => taken++)
  clients = Array.from({ length: 10 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  await Promise.all(clients.map((client) => new Promise((resolve) => client.on('connect', resolve))))
  const turns = [taken]
  while (taken < 10) {
    await new Promise((resolve) => setImmediate(resolve))
    turns.push(taken)
  }
  return turns.map((total, index) => total - (turns[index - 1] ?? 0))
}

test('many connections are taken in one turn of the event loop', async () => {
  const port = await listen()
  end = await acceptAlong(server)
  const turns = await countTurns(port)
  expect(Math.max(...turns)).toBeGreaterThan(3)
})

test('whichever listener took it, the server answers; and none is left when it is closed', async () => {
  const port = await listen()
  end = await acceptAlong(server)
  const url = `http://127.0.0.1:${port}/`
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => fetch(url, { headers: { connection: 'close' } }).then((one) => one.text())),
  )
  expect(answers).toEqual(Array.from({ length: 40 }, () => 'here'))
  await Promise.all([new Promise((resolve) => server.close(resolve)), end()])
  await expect(fetch(url)).rejects.toThrow('fetch failed')
  server = createServer().listen(0)
})

test('a server that does not listen stays as it is', async () => {
  server = createServer()
  end = await acceptAlong(server)
  expect(server.listening).toBe(false)
  server.listen(0)
})
