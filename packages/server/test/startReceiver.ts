import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A message as a receiver has it. */
export interface Received {
  readonly id: string
  readonly body: { readonly type: string; readonly timestamp: string; readonly data: Readonly<Record<string, unknown>> }
  /** Whether each of the secrets has signed it. */
  readonly isSigned: readonly boolean[]
  /** Seconds. */
  readonly timestamp: number
}

export interface Receiver {
  readonly url: string
  /** Everything that came, also what was not answered well. */
  readonly received: Received[]
  /** Waits until so many have come. */
  has(count: number): Promise<readonly Received[]>
  stop(): Promise<void>
}

const readBody = async (request: IncomingMessage) => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** As its specification says, without a line of ours: https://www.standardwebhooks.com/ */
function verify(request: IncomingMessage, body: string, secret: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = request.headers
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const expected = createHmac('sha256', key)
    .update(`${String(id)}.${String(timestamp)}.${body}`)
    .digest()
  return String(signatures)
    .split(' ')
    .some((one) => {
      const given = Buffer.from(one.replace(/^v1,/, ''), 'base64')
      return one.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected)
    })
}

/** A receiver of webhooks on this machine. `answer` may do with the response what it likes, for the nth message. */
export async function startReceiver({
  secrets,
  port = 0,
  answer = (response) => void response.writeHead(204).end(),
}: {
  readonly secrets: readonly string[]
  readonly port?: number
  readonly answer?: (response: ServerResponse, count: number, message: Received) => void
}): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const message: Received = {
        id: String(request.headers['webhook-id']),
        timestamp: Number(request.headers['webhook-timestamp']),
        body: JSON.parse(text) as Received['body'],
        isSigned: secrets.map((secret) => verify(request, text, secret)),
      }
      received.push(message)
      answer(response, received.length, message)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    async has(count) {
      while (received.length < count) await new Promise((resolve) => setTimeout(resolve, 10))
      return received
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
