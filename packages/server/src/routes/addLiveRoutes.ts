import type { Hono } from 'hono'
import { streamSSE, type SSEMessage } from 'hono/streaming'
import { readVisitorCookie } from '../http/visitorCookie.ts'
import { livePage } from '../live/livePage.ts'
import type { ServerContext } from '../serverContext.ts'
import { fetchProfile } from '../store/fetchProfile.ts'

const SNAPSHOT_EVENTS = 200
/** Proxies cut connections on which nothing is said, and a gone browser is noticed only by writing to it. */
const HEARTBEAT_MS = 15_000
/** A reader this far behind gets a fresh snapshot instead: its stream ends, and it connects again. */
const MAX_WAITING = 1_000

const toMessage = (event: string, data: object): SSEMessage => ({ event, data: JSON.stringify(data) })

/**
 * `GET /live`: the page, and `GET /v1/live`: what it listens to, the events and the profile of the caller's own visitor
 * as they are committed. For demonstration and debugging: whoever has the visitor's cookie sees all that is known.
 */
export function addLiveRoutes(app: Hono, { store, hub }: ServerContext): void {
  app.get('/live', (c) => {
    c.header('x-frame-options', 'DENY')
    c.header('x-content-type-options', 'nosniff')
    c.header('cache-control', 'no-store')
    return c.html(livePage())
  })

  app.get('/v1/live', (c) => {
    const visitor = readVisitorCookie(c.req.header('cookie'))
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
    return streamSSE(c, async (stream) => {
      if (!visitor) return stream.writeSSE(toMessage('snapshot', { visitor: null }))
      await fetchProfile(store, visitor)

      const waiting: (SSEMessage | 'heartbeat')[] = []
      let isEnded = false
      let wake = () => {}
      const end = () => {
        isEnded = true
        wake()
      }
      const push = (...messages: (SSEMessage | 'heartbeat')[]) => {
        waiting.push(...messages)
        if (waiting.length > MAX_WAITING) end()
        else wake()
      }
      // In one turn with the snapshot, so that nothing falls between the two or comes twice.
      const stop = hub.onChange(
        visitor,
        ({ stored, profile }) => {
          push(...stored.map((entry) => toMessage('event', entry)))
          if (profile) push(toMessage('profile', profile))
        },
        end,
      )
      const profile = store.getProfile(visitor) ?? null
      push(toMessage('snapshot', { visitor, profile, events: store.getEvents(visitor, SNAPSHOT_EVENTS) }))
      const heartbeat = setInterval(push, HEARTBEAT_MS, 'heartbeat')
      stream.onAbort(end)
      try {
        while (!isEnded) {
          const message = waiting.shift()
          if (message === 'heartbeat') await stream.write(': still here\n\n')
          else if (message) await stream.writeSSE(message)
          else await new Promise<void>((resolve) => (wake = resolve))
        }
      } finally {
        clearInterval(heartbeat)
        stop()
      }
    })
  })
}
