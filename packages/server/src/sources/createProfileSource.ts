import type { Attributes } from '@unblink/protocol'
import type { Log } from '../log.ts'
import { createBreaker } from '../model/createBreaker.ts'
import { parseAttributeSet } from '../profile/parseAttributeSet.ts'
import { createCache } from './createCache.ts'
import type { ProfileSourceMetrics } from './createProfileSourceMetrics.ts'
import { fetchProfileJson } from './fetchProfileJson.ts'
import { fillProfileRequest, type FilledRequest, type ProfileFacts } from './fillProfileRequest.ts'
import { mapFields } from './mapFields.ts'
import type { ProfileSourceSettings } from './profileSource.ts'
import { readSecrets } from './readSecrets.ts'

const MAX_CACHED = 10_000
const MAX_CACHED_BYTES = 16 * 1024 * 1024
/** No service is left alone for longer, whatever its Retry-After says. */
const MAX_RETRY_AFTER_MS = 300_000
/** A service that hangs must not collect calls without end. */
const MAX_UNDER_WAY = 256

/** What is known already, or a promise of it. Undefined: nothing. */
export type SourceAnswer = Attributes | undefined | Promise<Attributes | undefined>

/** One profile service, with its memory and its breaker. */
export interface ProfileSource {
  readonly id: string
  /** What it knows of a visitor: at once where that is remembered. A promise lasts as long as the call may. Never rejects. */
  ask(facts: ProfileFacts): SourceAnswer
  /** Forgets what was learnt for a visitor, also of a call that is under way. */
  forget(visitor: string): void
  /** Ends the calls that are under way. */
  close(): void
  readonly isOpen: boolean
  /** How many answers are remembered. */
  readonly size: number
}

export interface ProfileSourceOptions {
  readonly settings: ProfileSourceSettings
  readonly env: Readonly<Record<string, string | undefined>>
  readonly metrics: ProfileSourceMetrics
  readonly log: Log
  /** Says why it gave nothing; for one who keeps the log from filling. */
  readonly tell: (why: string) => void
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Monotonic milliseconds. */
  readonly getTime: () => number
  /** @default 10 000 */
  readonly maxCached?: number
}

interface Remembered {
  readonly attributes: Attributes | undefined
  readonly visitor: string
  /** Until when it is used without asking, and until when at all. */
  readonly freshUntil: number
  readonly staleUntil: number
  readonly bytes: number
}

interface Call {
  readonly visitor: string
  readonly answer: Promise<Attributes | undefined>
  isWanted: boolean
}

export function createProfileSource(options: ProfileSourceOptions): ProfileSource {
  const { settings, env, metrics, log, tell, now, getTime, maxCached = MAX_CACHED } = options
  const { id, method, map, timeoutMs, maxBytes } = settings
  const cacheMs = settings.cacheSeconds * 1_000
  const missMs = settings.missSeconds * 1_000
  const staleMs = settings.staleSeconds * 1_000
  const { failures, coolDownSeconds } = settings.breaker
  const breaker = createBreaker(getTime, { failures, pauseMs: coolDownSeconds * 1_000 })
  const cache = createCache<Remembered>({
    maxEntries: maxCached,
    maxBytes: MAX_CACHED_BYTES,
    getBytes: ({ bytes }) => bytes,
  })
  const underWay = new Map<string, Call>()
  /** Until when the service wants to be left alone. */
  let pausedUntil = -Infinity
  const closing = new AbortController()
  const headers = readSecrets(settings.headers, env)
  metrics.begin(id)
  if (!headers.ok) {
    const message = `Profile source "${id}" is never asked: ${headers.error}. Set it and start the server again.`
    log({ level: 'error', code: 'profile_source_secret', message, source: id })
  }

  const note = (isGood: boolean) => {
    const wasOpen = breaker.isOpen
    if (isGood) breaker.succeed()
    else breaker.fail()
    if (breaker.isOpen === wasOpen) return
    const message = wasOpen
      ? `Profile source "${id}" answers again.`
      : `Profile source "${id}" failed ${failures} times in a row, and is not asked for ${coolDownSeconds} s.`
    const code = wasOpen ? 'profile_source_closed' : 'profile_source_open'
    log({ level: wasOpen ? 'info' : 'warn', code, message, source: id })
  }

  const fail = (why: string) => {
    metrics.failures.add(1, id)
    tell(why)
  }

  /** What the answer says; undefined when it is of no use, which is not the network's fault and may stay so for a while. */
  const read = (json: unknown): Attributes | undefined => {
    const mapped = mapFields(map, json)
    if (!mapped.ok) return void fail(`its answer does not fit \`map\`: ${mapped.error}`)
    const parsed = parseAttributeSet(mapped.value.fields, now())
    if (!parsed.ok) return void fail(parsed.error.replace(/^set/, 'its answer'))
    return parsed.value.p.set
  }

  const remember = (key: string, visitor: string, attributes: Attributes | undefined) => {
    const freshUntil = getTime() + (attributes ? cacheMs : missMs)
    const staleUntil = freshUntil + (attributes ? staleMs : 0)
    const bytes = attributes ? 2 * JSON.stringify(attributes).length : 0
    cache.set(key, { attributes, visitor, freshUntil, staleUntil, bytes })
  }

  const run = async (key: string, request: FilledRequest, visitor: string): Promise<Attributes | undefined> => {
    const whole = { method, headers: headers.ok ? headers.value : {}, maxBytes, timeoutMs, signal: closing.signal }
    const fetched = await fetchProfileJson(request, whole)
    const isWanted = underWay.get(key)?.isWanted
    underWay.delete(key)
    if (closing.signal.aborted) return undefined
    note(fetched.type !== 'failed')
    if (fetched.type === 'failed') {
      const { why, retryAfterMs = 0 } = fetched
      pausedUntil = Math.max(pausedUntil, getTime() + Math.min(retryAfterMs, MAX_RETRY_AFTER_MS))
      return void fail(why)
    }
    if (fetched.type === 'unknown') metrics.misses.add(1, id)
    const attributes = fetched.type === 'found' ? read(fetched.json) : undefined
    if (!isWanted) return undefined
    remember(key, visitor, attributes)
    return attributes
  }

  const begin = (key: string, request: FilledRequest, visitor: string): Promise<Attributes | undefined> | undefined => {
    if (!headers.ok || closing.signal.aborted) return undefined
    if (underWay.size >= MAX_UNDER_WAY) return void tell(`${MAX_UNDER_WAY} calls are under way already`)
    if (getTime() < pausedUntil) return void tell('it asked to be left alone for a while (Retry-After)')
    if (!breaker.mayTry()) return void tell('it is not asked for a while, because it failed')
    metrics.calls.add(1, id)
    const answer = run(key, request, visitor)
    underWay.set(key, { visitor, answer, isWanted: true })
    return answer
  }

  return {
    id,
    ask(facts) {
      const request = fillProfileRequest(settings, facts)
      if (!request) return undefined
      const key = request.body === undefined ? request.url : `${request.url}\n${request.body}`
      const at = getTime()
      const known = cache.get(key)
      const isUsable = known !== undefined && at < known.staleUntil
      if (isUsable) metrics.hits.add(1, id)
      if (isUsable && at < known.freshUntil) return known.attributes
      const answer = underWay.get(key)?.answer ?? begin(key, request, facts.visitor)
      return isUsable ? known.attributes : answer
    },
    forget(visitor) {
      cache.deleteWhere((one) => one.visitor === visitor)
      for (const call of underWay.values()) if (call.visitor === visitor) call.isWanted = false
    },
    close: () => closing.abort(),
    get isOpen() {
      return breaker.isOpen
    },
    get size() {
      return cache.size
    },
  }
}
