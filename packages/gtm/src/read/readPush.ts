export type Params = Readonly<Record<string, unknown>>

/** What one push to a data layer says, whichever way it was written. */
export interface LayerPush {
  /** An event, or consent that `gtag()` tells; `name` is then `default` or `update`. */
  readonly type: unknown
  readonly name: string
  readonly params: Params
  /** What the page wants to be called when its event has been dealt with; runs once. */
  readonly callback?: (() => void) | undefined
  /** How long the page is willing to wait for that. */
  readonly timeoutMs: number
}

const DEFAULT_TIMEOUT_MS = 1_000

export const isParams = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads an item of a data layer: an object with `event`, or the arguments of gtag()
 * (https://developers.google.com/tag-platform/gtagjs/reference). Undefined for what has no name: values for GTM's model,
 * its command arrays, functions.
 */
export function readPush(item: unknown): LayerPush | undefined {
  if (!isParams(item)) return undefined
  const isGtag = {}.toString.call(item) === '[object Arguments]'
  const [type, name, given] = isGtag
    ? Array.from(item as unknown as ArrayLike<unknown>)
    : ['event', item['event'], item]
  if (typeof name !== 'string') return undefined
  const params = isParams(given) ? given : {}
  return {
    type,
    name,
    params,
    callback: takeCallback(params, isGtag ? 'event_callback' : 'eventCallback'),
    timeoutMs: (params[isGtag ? 'event_timeout' : 'eventTimeout'] as number) || DEFAULT_TIMEOUT_MS,
  }
}

/** A container that comes later replays the history and calls what it finds there, so both find a function that runs once. */
function takeCallback(holder: Params, key: string): (() => void) | undefined {
  let callback = holder[key] as ((...values: unknown[]) => void) | undefined
  if (!callback) return undefined
  const once = (...values: unknown[]) => {
    const given = callback
    callback = undefined
    given?.(...values)
  }
  // False, without an exception, where the page has frozen it: then it is as it is.
  Reflect.set(holder, key, once)
  return once
}
