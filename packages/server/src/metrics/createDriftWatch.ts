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
  /** Looks at events of a visitor that were stored. Costs next to nothing: of each attribute one event in ten minutes is kept. */
  watch(site: Site, events: readonly { readonly event: AnyEvent }[]): void
  /** See `getDrift`, by attribute; those of which there is too little are left out. */
  get(): Readonly<Record<string, number>>
  /** Names of the attributes whose values have moved. */
  getMoved(): readonly string[]
}

const EVERY_MS = 600_000
const DAY_MS = 86_400_000
const KEPT_MS = 7 * DAY_MS
/** Of one event: one long list must not be the whole of what is known. */
const MAX_VALUES = 10

interface Sampled {
  /** What was watched: with another declaration, what was kept is of other values. */
  readonly watched: Watched
  samples: readonly { readonly at: number; readonly values: readonly Scalar[] }[]
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
      const values = readValues(event, path).slice(0, MAX_VALUES)
      if (values.length === 0) continue
      one.samples = [...one.samples.filter((known) => at - known.at < KEPT_MS), { at, values }]
      one.nextAt = at + EVERY_MS
      const isRecent = (known: { readonly at: number }) => at - known.at < DAY_MS
      const [before, recent] = [one.samples.filter((known) => !isRecent(known)), one.samples.filter(isRecent)]
      one.drift = getDrift(
        before.flatMap((known) => known.values),
        recent.flatMap((known) => known.values),
      )
      return
    }
  }

  const get = () =>
    Object.fromEntries(
      sampled.flatMap(({ watched, drift }) => (drift === undefined ? [] : [[watched.name, Number(drift.toFixed(3))]])),
    )
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
    getMoved: () =>
      sampled.flatMap(({ watched, drift }) => (drift !== undefined && drift > MOVED ? [watched.name] : [])),
  }
}
