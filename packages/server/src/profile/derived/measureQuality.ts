import type { LoggedEvent } from '../../model/readLog.ts'
import type { Site } from '../../site/site.ts'
import type { AttributeDeclaration, EventSelector } from './declaration.ts'
import { getDrift } from './getDrift.ts'
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
  readonly attributes: readonly AttributeQuality[]
}

const LATE_MS = 3_600_000
/** So many values are compared on either side. */
const MAX_VALUES = 10_000

interface Watched {
  readonly name: string
  readonly selectors: readonly EventSelector[]
  readonly path: string
  readonly range: readonly [number, number] | undefined
}

/** The parts of a declaration that read values. */
function getWatched(name: string, declaration: AttributeDeclaration): Watched[] {
  if ('item' in declaration) {
    const selectors =
      declaration.kind === 'cart' ? [declaration.add, declaration.remove] : [declaration.viewed, declaration.bought]
    return [{ name, selectors, path: declaration.item, range: undefined }]
  }
  if (!('of' in declaration)) return []
  return [
    {
      name,
      selectors: [declaration.on],
      path: declaration.of,
      range: 'range' in declaration ? declaration.range : undefined,
    },
  ]
}

/** Goes through events of a stretch of time. `from` and `to`: epoch milliseconds, for what is recent. */
export function measureQuality(
  site: Site,
  log: Iterable<LoggedEvent>,
  { from, to }: { readonly from: number; readonly to: number },
): QualityReport {
  const isRecent = (at: number) => at >= to - (to - from) / 4
  const watched = Object.entries(site.attributes)
    .flatMap(([name, declaration]) => getWatched(name, declaration))
    .map((one) => ({ ...one, events: 0, missing: 0, outOfRange: 0, before: [] as Scalar[], now: [] as Scalar[] }))
  let events = 0
  let late = 0
  for (const { event, receivedAt } of log) {
    if (receivedAt < from || receivedAt > to || event.t === 'attributes') continue
    events++
    if (receivedAt - event.at > LATE_MS) late++
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
      if (side.length < MAX_VALUES) side.push(...values)
    }
  }
  return {
    events,
    late,
    attributes: watched.map(({ name, events: own, missing, outOfRange, before, now }) => {
      const drift = getDrift(before, now)
      return { attribute: name, events: own, missing, outOfRange, ...(drift === undefined ? {} : { drift }) }
    }),
  }
}
