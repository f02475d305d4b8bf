import type { AnyEvent } from '@unblink/protocol'
import { getDrift, MOVED } from '../profile/derived/getDrift.ts'
import { getWatched, type Watched } from '../profile/derived/getWatched.ts'
import { isSelected } from '../profile/derived/isSelected.ts'
import { readValues, type Scalar } from '../profile/derived/readValues.ts'
import type { Site } from '../site/site.ts'
import type { Registry } from './createRegistry.ts'

export interface DriftWatchOptions {
  readonly registry: Registry
  /** Epoch milliseconds. */
  readonly now: () => number
}

/**
 * Sees, while the server runs, when the values that declared attributes are made of move away from what they were: those of the last
 * day against those of the six days before. In memory, of what this server has taken.
 */
export interface DriftWatch {
  /** Looks at events of a visitor that were stored. Costs next to nothing: of each attribute one value in five minutes is kept. */
  watch(site: Site, events: readonly { readonly event: AnyEvent }[]): void
  /** See `getDrift`, by attribute; left out are those of which there is too little, and nothing in the last day. */
  get(): Readonly<Record<string, number>>
  /** Names of the attributes whose values have moved. */
  getMoved(): readonly string[]
}

const EVERY_MS = 300_000
const DAY_MS = 86_400_000
const KEPT_MS = 7 * DAY_MS

interface Sampled {
  /** What was watched: with another declaration, what was kept is of other values. */
  readonly watched: Watched
  samples: readonly { readonly at: number; readonly value: Scalar }[]
  /** Epoch milliseconds of the next look. */
  nextAt: number
  drift: number | undefined
}

export function createDriftWatch({ registry, now }: DriftWatchOptions): DriftWatch {
  let site: Site | undefined
  let sampled: readonly Sampled[] = []

  const follow = (next: Site) => {
    if (site === next) return
    site = next
    const isSame = (one: Watched, other: Watched) => JSON.stringify(one) === JSON.stringify(other)
    sampled = getWatched(next).map(
      (watched): Sampled =>
        sampled.find((one) => isSame(one.watched, watched)) ?? { watched, samples: [], nextAt: 0, drift: undefined },
    )
  }

  const look = (one: Sampled, events: readonly { readonly event: AnyEvent }[], at: number) => {
    const { selectors, path } = one.watched
    for (const { event } of events) {
      if (!selectors.some((selector) => isSelected(selector, event))) continue
      // Those of one list are much alike: counted as many they would make chance look like a move.
      const [value] = readValues(event, path)
      if (value === undefined) continue
      one.samples = [...one.samples.filter((known) => at - known.at < KEPT_MS), { at, value }]
      one.nextAt = at + EVERY_MS
      const select = (isWanted: boolean) =>
        one.samples.filter((known) => at - known.at < DAY_MS === isWanted).map((known) => known.value)
      one.drift = getDrift(select(false), select(true))
      return
    }
  }

  /** What has not been heard of for a day is not what it was when it was worked out. */
  const list = () => {
    const at = now()
    return sampled.flatMap(({ watched, samples, drift }) =>
      drift !== undefined && at - samples.at(-1)!.at < DAY_MS ? [[watched.name, drift] as const] : [],
    )
  }
  const get = () => Object.fromEntries(list().map(([name, drift]) => [name, Number(drift.toFixed(3))]))
  registry.gauge(
    'unblink_attribute_drift',
    'How far the values of an attribute are, in the last day, from those of the six days before; above 0.25 they have moved.',
    get,
    'attribute',
  )
  return {
    watch(next, events) {
      follow(next)
      if (sampled.length === 0) return
      const at = now()
      for (const one of sampled) if (at >= one.nextAt) look(one, events, at)
    },
    get,
    getMoved: () => list().flatMap(([name, drift]) => (drift > MOVED ? [name] : [])),
  }
}
