import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What ails a service: nothing, an error of its own, too much to do for the next 30 s, no answer, no JSON, no end, or another address. */
export type Mood = 'fine' | 'failing' | 'limiting' | 'hanging' | 'garbled' | 'page' | 'endless' | 'moved'

export interface StandIn {
  /** Scheme and host. */
  readonly origin: string
  /** Paths asked for, in order. */
  readonly asked: string[]
  /** Why requests were refused, in order. */
  readonly refused: string[]
  mood: Mood
  /** Answers to what is asked from now on wait until what is returned is called. */
  pause(): () => void
  /** Connections that were cut while they were still being answered. */
  cut: number
  stop(): Promise<void>
}

/** What a service makes of a request. */
export interface Answer {
  readonly status: number
  /** As JSON; left out for an empty body. */
  readonly json?: unknown
  /** Why it is no answer to a right request. */
  readonly refused?: string
}

const CHUNK = 'x'.repeat(65_536)

function ail(mood: Exclude<Mood, 'fine' | 'hanging'>, response: ServerResponse): void {
  switch (mood) {
    case 'failing':
      return void response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":"overloaded"}')
    case 'limiting':
      return void response.writeHead(429, { 'retry-after': '30' }).end()
    case 'garbled':
      return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"traits":{"tier":"go')
    case 'page':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>')
    case 'moved':
      return void response.writeHead(302, { location: '/elsewhere' }).end()
    case 'endless': {
      // Of no announced length, so that only who counts will stop.
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        while (!response.destroyed && response.write(CHUNK));
      }
      response.on('drain', more)
      return more()
    }
  }
}

/** A server of its own that behaves as a profile service does, and badly when told to. */
export async function startStandIn(answer: (request: IncomingMessage, body: string) => Answer): Promise<StandIn> {
  let hold: Promise<void> | undefined
  const server = createServer((request, response) => {
    void (async () => {
      const held = hold
      standIn.asked.push(request.url ?? '')
      response.on('close', () => void (response.writableFinished || standIn.cut++))
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      await held
      const { mood } = standIn
      if (mood === 'hanging') return
      if (mood !== 'fine') return ail(mood, response)
      const { status, json, refused } = answer(request, body)
      if (refused !== undefined) standIn.refused.push(refused)
      if (json === undefined) return void response.writeHead(status).end()
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(json))
    })()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const standIn: StandIn = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    refused: [],
    mood: 'fine',
    pause() {
      let release = () => {}
      hold = new Promise((resolve) => (release = resolve))
      return () => {
        hold = undefined
        release()
      }
    },
    cut: 0,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
  return standIn
}
