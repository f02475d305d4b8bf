import { http, HttpResponse } from 'msw'
import type { HttpHandler } from 'msw'
import type { Behaviour } from './behaviour.ts'
import type { Received } from './createReceived.ts'
import { createStandIn } from './createStandIn.ts'

export interface HandlersOptions extends Behaviour {
  /** The snippet's `base`: a path, which is then answered on every origin, or an address. @default '/u' */
  readonly base?: string
}

export interface UnblinkHandlers {
  /** For `setupServer(...handlers)` of msw/node or `setupWorker(...handlers)` of msw/browser. */
  readonly handlers: readonly HttpHandler[]
  readonly received: Received
  /** Changes the behaviour from the next request on; what is not named stays. Throws on what cannot be. */
  set(next: Behaviour): void
  /** Back to the behaviour that it was made with. What was received stays. */
  reset(): void
}

/**
 * The profile API and the collector as handlers of msw 2: any decision, delay and failure, and what the page has sent.
 * They answer as the server does: the same replies, parsers and verdicts, without rules and without a database.
 */
export function createUnblinkHandlers({ base = '/u', ...behaviour }: HandlersOptions = {}): UnblinkHandlers {
  const standIn = createStandIn(behaviour)
  // In Node, msw has no page that a path could belong to.
  const root = base.startsWith('/') ? `*${base}` : base
  const resolve = async ({ request }: { request: Request }) => {
    const answered = await standIn.answer({
      method: request.method,
      url: request.url,
      body: await request.text(),
      origin: request.headers.get('origin') ?? undefined,
    })
    if (answered === 'network') return HttpResponse.error()
    return new HttpResponse(answered.body, { status: answered.status, headers: answered.headers })
  }
  return {
    handlers: [
      http.post(`${root}/v1/p`, resolve),
      http.get(`${root}/v1/p`, resolve),
      http.post(`${root}/v1/e`, resolve),
    ],
    received: standIn.received,
    set: (next) => standIn.set(next),
    reset: () => standIn.reset(),
  }
}
