import { performance } from 'node:perf_hooks'
import type { Attributes } from '@unblink/protocol'
import { fail, ok, type Result } from '@unblink/protocol'
import { getMessage, type Log } from '../log.ts'
import { createRegistry, type Registry } from '../metrics/createRegistry.ts'
import { mergeSource } from '../profile/mergeSource.ts'
import { parseAttributeSet } from '../profile/parseAttributeSet.ts'
import { createProfileSources, type ProfileSourcesOptions } from '../sources/createProfileSources.ts'
import type { ProfileSourceRequest, Site } from './site.ts'

const MAX_BYTES = 64 * 1024
const LOG_EVERY_MS = 60_000

/** What the sources of a site are asked. */
export interface SourceRequest extends Omit<ProfileSourceRequest, 'signal'> {
  /** Where the visitor is known to be somebody, and a source wants to know it. */
  readonly user?: string | undefined
}

export interface SourceReader {
  /**
   * What the site's profile sources know of a visitor, within their time. Undefined without a source, when all come too late,
   * fail, or answer with what are no attributes: told in the log, at most once a minute. Never rejects.
   */
  read(site: Site, request: SourceRequest): Promise<Attributes | undefined>
  /** Makes a site's profile services ready, so that what they lack is told now and not with the first visitor. */
  prepare(site: Site): void
  /** Forgets what was learnt of a visitor who is erased. */
  forget(visitor: string): void
  /** Ends the calls that are under way. */
  close(): void
}

export interface SourceReaderOptions extends Partial<Pick<ProfileSourcesOptions, 'env' | 'getTime'>> {
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Where the services are counted. @default nowhere */
  readonly registry?: Registry
}

async function fetchProfile(url: string, { visitor, signal }: ProfileSourceRequest): Promise<unknown> {
  const response = await fetch(url.replaceAll('{{visitor}}', encodeURIComponent(visitor)), {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal,
  })
  if (response.status === 404) {
    await response.body?.cancel()
    return {}
  }
  if (!response.ok || Number(response.headers.get('content-length')) > MAX_BYTES) {
    await response.body?.cancel()
    throw new Error(response.ok ? `more than ${MAX_BYTES} bytes` : `status ${response.status}`)
  }
  const text = await response.text()
  if (text.length > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`)
  return JSON.parse(text)
}

export function createSourceReader({
  log,
  now,
  registry = createRegistry(),
  env = process.env,
  getTime = () => performance.now(),
}: SourceReaderOptions): SourceReader {
  const services = createProfileSources({ log, now, registry, env, getTime })
  let failures = 0
  let loggedAt = -Infinity

  const tell = (what: string, message: string) => {
    failures++
    const at = now()
    // A clock that was set back must not silence this for long.
    if (at >= loggedAt && at - loggedAt < LOG_EVERY_MS) return
    loggedAt = at
    log({
      level: 'warn',
      code: 'profile_source',
      message: `${what} gave no attributes: ${message}. Visitors are decided for without it.`,
      failures,
    })
    failures = 0
  }

  const ask = async (site: Site, request: Omit<ProfileSourceRequest, 'signal'>): Promise<Result<Attributes>> => {
    const { profile, profileUrl, profileTimeoutMs } = site
    const abort = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Result<never>>((resolve) => {
      timer = setTimeout(() => {
        resolve(fail(`no answer within ${profileTimeoutMs} ms`))
        abort.abort()
      }, profileTimeoutMs)
    })
    const whole = { ...request, signal: abort.signal }
    const answer = (async (): Promise<Result<Attributes>> => {
      try {
        const given: unknown = profile ? await profile(whole) : await fetchProfile(profileUrl!, whole)
        const parsed = parseAttributeSet(given ?? {}, now())
        return parsed.ok ? ok(parsed.value.p.set) : fail(parsed.error.replace(/^set/, 'its answer'))
      } catch (error) {
        return fail(getMessage(error))
      }
    })()
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
    }
  }

  const askOwn = async (site: Site, request: Omit<ProfileSourceRequest, 'signal'>) => {
    const result = await ask(site, request)
    if (result.ok) return result.value
    tell(site.profile ? 'profile()' : 'profileUrl', result.error)
    return undefined
  }

  return {
    async read(site, { user, ...request }) {
      const hasOwn = site.profile !== undefined || site.profileUrl !== undefined
      // Both begin to wait now, and for equally long.
      const own = hasOwn ? askOwn(site, request) : undefined
      const others = site.profileSources ? services.read(site, { ...request, user }) : undefined
      const [first, beneath] = [await own, await others]
      return first ? mergeSource(beneath, first) : beneath
    },
    prepare: services.prepare,
    forget: services.forget,
    close: services.close,
  }
}
