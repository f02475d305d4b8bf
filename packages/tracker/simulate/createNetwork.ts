import { parseBatch, type AnyEvent, type BatchReply } from '@unblink/protocol'
import type { World } from './createWorld.ts'

/** What the simulated host puts into its events. */
export type Kind = 'fine' | 'unusable' | 'crashing' | 'rejected'

/** Shares of requests, from 0 to 1, that meet each fault. */
export interface Weather {
  lost: number
  mute: number
  hung: number
  twice: number
  broken: number
  busy: number
  portal: number
  forbidden: number
}

export const CALM: Weather = { lost: 0, mute: 0, hung: 0, twice: 0, broken: 0, busy: 0, portal: 0, forbidden: 0 }

export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly retryAfter?: string
  /** Milliseconds that the sender has to keep still, at least. */
  readonly restMs?: number
}

export interface Network {
  weather: Weather
  /** Sends a request. `answer` is called at most once; without a value nothing came back. */
  send(body: string, answer: (answer?: Answer) => void): void
  /** What the collector has stored: the host's number of each event, by id. */
  readonly stored: ReadonlyMap<string, number>
  /** Events that clients said they had to give up. */
  drops: number
  readonly problems: string[]
  requests: number
}

const RETRY_AFTER: readonly [header: string, restMs: number][] = [
  ['7', 7_000],
  ['0', 1_000],
  ['-5', 1_000],
  ['1e9', 15 * 60_000],
  ['90', 90_000],
  ['soon', 0],
  ['', 0],
]

const readHost = ({ p }: AnyEvent) => (p as { props: { n: number; kind: Kind } }).props

/** A network with weather, and behind it a collector that reads with the protocol's own parser and never forgets. */
export function createNetwork(world: World): Network {
  const stored = new Map<string, number>()
  const texts = new Map<string, string>()
  const network: Network = { weather: CALM, send, stored, drops: 0, problems: [], requests: 0 }

  const store = (event: AnyEvent): boolean => {
    const text = JSON.stringify(event)
    if (texts.has(event.i)) {
      if (texts.get(event.i) !== text) network.problems.push(`event ${event.i} was sent with two contents`)
      return false
    }
    texts.set(event.i, text)
    stored.set(event.i, readHost(event).n)
    return true
  }

  const collect = (body: string): Answer => {
    const parsed = parseBatch(JSON.parse(body))
    if (!parsed.ok || parsed.value.rejected.length > 0) {
      network.problems.push(`the collector cannot read ${body.slice(0, 200)}`)
      return { status: 400 }
    }
    const { events, drops } = parsed.value.batch
    const kinds = new Set(events.map((event) => readHost(event).kind))
    if (kinds.has('unusable')) return { status: world.pick([400, 413, 415, 422]) }
    if (kinds.has('crashing')) return { status: 500 }
    for (const count of Object.values(drops ?? {})) network.drops += count
    const rejected = events.filter((event) => readHost(event).kind === 'rejected')
    const fine = events.filter((event) => !rejected.includes(event))
    const ok = fine.filter(store).length
    const next = world.chance(0.03) ? 20_000 : 0
    const body_: BatchReply = {
      v: 1,
      ok,
      dup: fine.length - ok,
      rej: rejected.map(({ i }) => ({ i, c: 'schema' })),
      next,
    }
    return { status: 200, body: body_, restMs: next }
  }

  function send(body: string, answer: (answer?: Answer) => void): void {
    network.requests++
    const { weather } = network
    const delay = () => 5 + world.below(world.chance(0.05) ? 20_000 : 300)
    const reply = (value?: Answer) => world.schedule(delay(), () => answer(value))
    let roll = world.random()
    const meets = (share: number) => (roll -= share) < 0
    if (meets(weather.lost)) return void reply()
    if (meets(weather.forbidden)) return void reply({ status: world.pick([401, 403]), restMs: Infinity })
    if (meets(weather.broken)) return void reply({ status: world.pick([404, 408, 425, 500, 502, 503, 504]) })
    if (meets(weather.portal)) {
      return void reply({
        status: 200,
        body: world.pick([undefined, null, {}, [], 'Welcome', { v: 2 }, { v: 1, ok: 1 }]),
      })
    }
    if (meets(weather.busy)) {
      const [retryAfter, restMs] = world.pick(RETRY_AFTER)
      return void reply({ status: world.pick([429, 503]), retryAfter, restMs })
    }
    const isMute = meets(weather.mute)
    const isHung = !isMute && meets(weather.hung)
    world.schedule(delay(), () => {
      const said = collect(body)
      if (isMute) reply()
      else if (!isHung) reply(said)
      // A proxy or the engine itself repeats it, perhaps much later.
      if (world.chance(weather.twice)) world.schedule(world.below(100_000), () => collect(body))
    })
  }
  return network
}
