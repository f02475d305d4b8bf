import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { isPortFree } from './isPortFree.mjs'
import { parsePort } from './parsePort.mjs'

const listen = (server, options) => new Promise((resolve) => server.listen(options, resolve))

test.each(['127.0.0.1', '0.0.0.0'])(
  'a port on which somebody listens at %s is not free, and is again afterwards',
  async (host) => {
    const server = createServer()
    await listen(server, { port: 0, host })
    const { port } = server.address()
    expect(await isPortFree(port)).toBe(false)
    await new Promise((resolve) => server.close(resolve))
    expect(await isPortFree(port)).toBe(true)
  },
)

test.each(['', '0', '65536', '80a', '-1', '4600.5'])('"%s" is not a port', (text) => {
  expect(() => parsePort(text)).toThrow('is not a port')
})
