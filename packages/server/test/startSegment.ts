import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readText } from './startGa4.ts'

export interface SegmentMessage {
  readonly type: string
  readonly event?: string
  readonly messageId: string
  readonly anonymousId?: string
  readonly userId?: string
  readonly timestamp?: string
  readonly properties?: Readonly<Record<string, unknown>>
  readonly context?: Readonly<Record<string, unknown>>
}

const TYPES = ['identify', 'group', 'track', 'page', 'screen', 'alias']

/** Why the real one does not take a message of a batch, https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/server/http-api#errors. */
export function findSegmentFault(message: Partial<SegmentMessage>): string | undefined {
  if (Buffer.byteLength(JSON.stringify(message)) >= 32_000) return 'too large'
  if (!message.anonymousId && !message.userId) return 'no_user_anon_id'
  if (!TYPES.includes(message.type ?? '')) return 'no type'
  if (message.type === 'track' && !message.event) return 'no event'
  if (typeof message.messageId !== 'string' || message.messageId.length >= 100) return 'messageId'
  return Number.isNaN(Date.parse(message.timestamp ?? '')) ? 'timestamp' : undefined
}

/**
 * A stand-in for Segment's HTTP Tracking API: basic authentication; 400 for a batch that is no JSON or too large; 200 for the
 * rest, of which it takes what is right, once for each `messageId`.
 */
export async function startSegment({ writeKey = 'the-write-key' } = {}) {
  const taken = new Map<string, SegmentMessage>()
  const faults: string[] = []
  const held: ServerResponse[] = []
  let repeats = 0
  let batches = 0
  let status = 200
  let holdsFrom = Infinity
  const server = createServer(async (request, response) => {
    const text = await readText(request)
    const answer = (code: number, body: object) =>
      void response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (status !== 200) return answer(status, { success: false })
    if (request.method !== 'POST' || request.url !== '/v1/batch') return answer(404, { success: false })
    const expected = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
    if (request.headers.authorization !== expected) return answer(401, { success: false })
    if (Buffer.byteLength(text) > 500_000) return answer(400, { success: false, message: 'too large' })
    let batch: SegmentMessage[]
    try {
      batch = (JSON.parse(text) as { batch: SegmentMessage[] }).batch
    } catch {
      return answer(400, { success: false, message: 'malformed JSON' })
    }
    if (batch.length > 2_500) faults.push('too many messages')
    for (const message of batch) {
      const fault = findSegmentFault(message)
      if (fault) faults.push(fault)
      else if (taken.has(message.messageId)) repeats++
      else taken.set(message.messageId, message)
    }
    // It has them, and the sender is not told.
    if (++batches >= holdsFrom) return void held.push(response)
    answer(200, { success: true })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/batch`,
    writeKey,
    taken,
    faults,
    getRepeats: () => repeats,
    getHeld: () => held.length,
    /** Answers everything so from now on; 200 is how it should be. */
    answer: (next: number) => void (status = next),
    /** From this batch on, counted from 1, takes what comes and answers nothing. */
    holdFrom: (batch: number) => void (holdsFrom = batch),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
