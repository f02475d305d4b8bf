import { parseBatch, type AnyEvent, type Batch, type EventInput } from '@unblink/protocol'

/** What becomes of a batch. */
export type Answer = (batch: Batch) => Response | Promise<Response>

export const acknowledge = (batch: Batch, more: object = {}): Response =>
  Response.json({ v: 1, ok: batch.events.length, dup: 0, rej: [], next: 0, ...more })
export const fail = (status: number, headers = {}): Response => new Response('no', { status, headers })
export const lose = (): Promise<Response> => Promise.reject(new TypeError('Failed to fetch'))

export interface Collector {
  /** Changes from then on what becomes of batches. */
  answer: Answer
  readonly batches: Batch[]
  readonly bodies: string[]
  readonly fetch: typeof globalThis.fetch
  events(): readonly AnyEvent[]
}

/** Stands where the network is: reads every request with the collector's own parser, and keeps what came. */
export function createCollector(answer: Answer = (batch) => acknowledge(batch)): Collector {
  const collector: Collector = {
    answer,
    batches: [],
    bodies: [],
    async fetch(_address, { body } = {}) {
      const parsed = parseBatch(JSON.parse(body as string))
      if (!parsed.ok || parsed.value.rejected.length) throw new Error('the tracker sent what no collector takes')
      collector.batches.push(parsed.value.batch)
      collector.bodies.push(body as string)
      return collector.answer(parsed.value.batch)
    },
    events: () => collector.batches.flatMap(({ events }) => events),
  }
  return collector
}

export const custom = (name: string, props = {}): EventInput => ({ t: 'custom', p: { name, props } })
/** The names of custom events. */
export const getNames = (events: readonly AnyEvent[]): string[] => events.map(({ p }) => (p as { name: string }).name)
