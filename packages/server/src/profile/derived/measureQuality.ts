import type { LoggedEvent } from '../../model/readLog.ts'
import type { Site } from '../../site/site.ts'
import { foldTwice, type Latest } from './foldTwice.ts'
import { getDrift } from './getDrift.ts'
import { getWatched } from './getWatched.ts'
import { isSelected } from './isSelected.ts'
import { readValues, type Scalar } from './readValues.ts'

/** What is wrong with the values of one attribute. */
export interface AttributeQuality {
  readonly attribute: string
  /** Events that it is made of. */
  readonly events: number
  /** Those of them without the value. */
  readonly missing: number
  /** Values outside the declared range. */
  readonly outOfRange: number
  /** See `getDrift`: the last quarter of the time against what was before; left out when there is too little. */
  readonly drift?: number
}

export interface QualityReport {
  readonly events: number
  /** Events that arrived more than an hour after they had happened. */
  readonly late: number
  /** Events that a page has told twice, see `foldTwice`. */
  readonly duplicated: number
  readonly attributes: readonly AttributeQuality[]
}

const LATE_MS = 3_600_000
/** So many values are compared on either side. */
const MAX_VALUES = 10_000
/** Visitors of whom the last events are remembered: who tells something twice does so at once. */
const MAX_VISITORS = 10_000

/** Goes through events of a stretch of time. `from` and `to`: epoch milliseconds, for what is recent. */
export async function measureQuality(
  site: Site,
  log: Iterable<LoggedEvent> | AsyncIterable<LoggedEvent>,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<QualityReport> {
  const isRecent = (at: number) => at >= to - (to - from) / 4
  const watched = getWatched(site).map((one) => ({
    ...one,
    ...{ events: 0, missing: 0, outOfRange: 0, before: [] as Scalar[], now: [] as Scalar[] },
  }))
  const latest = new Map<string, Latest>()
  let events = 0
  let late = 0
  let duplicated = 0
  for await (const { visitor, event, receivedAt } of log) {
    if (receivedAt < from || receivedAt > to || event.t === 'attributes') continue
    events++
    if (receivedAt - event.at > LATE_MS) late++
    const told = foldTwice(latest.get(visitor) ?? [], event)
    if (told.isTwice) duplicated++
    latest.delete(visitor)
    if (told.latest.length > 0) latest.set(visitor, told.latest)
    const [oldest] = latest.keys()
    if (latest.size > MAX_VISITORS && oldest !== undefined) latest.delete(oldest)
    for (const one of watched) {
      if (!one.selectors.some((selector) => isSelected(selector, event))) continue
      one.events++
      const values = readValues(event, one.path)
      if (values.length === 0) one.missing++
      const [min, max] = one.range ?? [-Infinity, Infinity]
      one.outOfRange += values.filter(
        (value) => one.range && !(typeof value === 'number' && value >= min && value <= max),
      ).length
      const side = isRecent(receivedAt) ? one.now : one.before
      // One of each list, whose values are much alike: counted as many they would make chance look like a move.
      if (side.length < MAX_VALUES && values[0] !== undefined) side.push(values[0])
    }
  }
  return {
    events,
    late,
    duplicated,
    attributes: watched.map(({ name, events: own, missing, outOfRange, before, now }) => {
      const drift = getDrift(before, now)
      return { attribute: name, events: own, missing, outOfRange, ...(drift === undefined ? {} : { drift }) }
    }),
  }
}
