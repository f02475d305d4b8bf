import { createServer } from 'node:net'

const canListen = (options) =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(error.code !== 'EADDRINUSE'))
    server.listen(options, () => server.close(() => resolve(true)))
  })

/** Could a server listen here? Both forms are tried: on some systems one of them succeeds beside the other. */
export const isPortFree = async (port) => (await canListen({ port, host: '127.0.0.1' })) && (await canListen({ port }))
