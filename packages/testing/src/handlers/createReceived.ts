import type { AnyEvent, Batch, BatchReply, EventType, Exposure, ParsedBatch, ProfileRequest } from '@unblink/protocol'

export type EventOf<T extends EventType> = Extract<AnyEvent, { readonly t: T }>

export interface WaitOptions {
  /** Real milliseconds, also under fake timers. @default 15000, which is longer than the tracker keeps an event */
  readonly timeoutMs?: number
}

/** What the page has sent, as `@unblink/protocol` parses it: what it does not understand is in `refused`. */
export interface Received {
  readonly profileRequests: readonly ProfileRequest[]
  /** The batches that were acknowledged, those with repeated events too. */
  readonly batches: readonly Batch[]
  /** Each event once, in the order of arrival. */
  readonly events: readonly AnyEvent[]
  /** What was wrong with requests and events that were refused, as a real server would refuse them. */
  readonly refused: readonly string[]
  /** The exposures so far, of one slot or of all. */
  exposures(slot?: string): readonly Exposure[]
  /**
   * Resolves to the first event of this type that satisfies, past or to come. Rejects with what has come instead when time
   * is up.
   */
  waitForEvent<T extends EventType>(
    type: T,
    satisfies?: (event: EventOf<T>) => boolean,
    options?: WaitOptions,
  ): Promise<EventOf<T>>
  /** Forgets everything up to now. Events that are sent again afterwards count as new. */
  clear(): void
}

/** The same with what only the stand-in may do. */
export interface ReceivedLog extends Received {
  addProfileRequest(request: ProfileRequest): void
  addRefusal(what: string): void
  /** Takes a parsed batch as the collector does: each event once, none that consent or scope forbids. */
  addBatch(parsed: ParsedBatch): BatchReply
}

// As they are now: a test that fakes the timers waits for the page in real time all the same.
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis

const DEFAULT_TIMEOUT_MS = 15_000

const ofType = <T extends EventType>(events: readonly AnyEvent[], type: T): readonly EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.t === type)

/** Why the collector keeps an event from its store, whatever the event says. */
function judge({ t }: AnyEvent, { consent }: Batch): 'scope' | 'consent' | undefined {
  if (t === 'attributes') return 'scope'
  return consent.analytics === 'granted' ? undefined : 'consent'
}

export function createReceived(): ReceivedLog {
  let profileRequests: readonly ProfileRequest[] = []
  let batches: readonly Batch[] = []
  let events: readonly AnyEvent[] = []
  let refused: readonly string[] = []
  const waiting = new Set<() => void>()

  return {
    get profileRequests() {
      return profileRequests
    },
    get batches() {
      return batches
    },
    get events() {
      return events
    },
    get refused() {
      return refused
    },
    exposures(slot) {
      const all = ofType(events, 'exposure').map(({ p }) => p)
      return slot === undefined ? all : all.filter((exposure) => exposure.slot === slot)
    },
    waitForEvent(type, satisfies = () => true, { timeoutMs = DEFAULT_TIMEOUT_MS } = {}) {
      return new Promise((resolve, reject) => {
        const end = () => {
          waiting.delete(look)
          stopTimer(timer)
        }
        const look = () => {
          try {
            const found = ofType(events, type).find(satisfies)
            if (!found) return
            resolve(found)
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)))
          }
          end()
        }
        const timer = startTimer(() => {
          end()
          const came = ofType(events, type).map(({ p }) => JSON.stringify(p))
          const others = [...new Set(events.map(({ t }) => t))].filter((t) => t !== type)
          reject(
            new Error(
              [
                `[unblink] No such ${type} came within ${timeoutMs} ms.`,
                came.length > 0 ? `Those that came:\n  ${came.join('\n  ')}` : `No ${type} came at all.`,
                `Other events: ${others.join(', ') || 'none'}. Refused: ${refused.join('; ') || 'nothing'}.`,
              ].join('\n'),
            ),
          )
        }, timeoutMs)
        waiting.add(look)
        look()
      })
    },
    clear() {
      profileRequests = []
      batches = []
      events = []
      refused = []
    },
    addProfileRequest(request) {
      profileRequests = [...profileRequests, request]
    },
    addRefusal(what) {
      refused = [...refused, what]
    },
    addBatch({ batch, rejected }) {
      const judged = batch.events.map((event) => ({ event, code: judge(event, batch) }))
      const rej = [...rejected, ...judged.flatMap(({ event, code }) => (code ? [{ i: event.i, c: code }] : []))]
      const allowed = judged.filter(({ code }) => !code).map(({ event }) => event)
      const known = new Set(events.map(({ i }) => i))
      const fresh = allowed.filter(({ i }) => !known.has(i) && known.add(i))
      batches = [...batches, { ...batch, events: allowed }]
      events = [...events, ...fresh]
      refused = [...refused, ...rej.map(({ i, c }) => `event ${i}: ${c}`)]
      ;[...waiting].forEach((look) => look())
      return { v: 1, ok: fresh.length, dup: allowed.length - fresh.length, rej, next: 0 }
    },
  }
}
