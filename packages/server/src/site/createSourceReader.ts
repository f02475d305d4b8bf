import type { Attributes } from '@unblink/protocol'
import { fail, ok, type Result } from '@unblink/protocol'
import { getMessage, type Log } from '../log.ts'
import { parseAttributeSet } from '../profile/parseAttributeSet.ts'
import type { ProfileSourceRequest, Site } from './site.ts'

const MAX_BYTES = 64 * 1024
const LOG_EVERY_MS = 60_000

export interface SourceReader {
  /**
   * What the site's profile source knows of a visitor, within its time. Undefined without a source, when it comes too late,
   * fails, or answers with what are no attributes: told in the log, at most once a minute. Never rejects.
   */
  read(site: Site, request: Omit<ProfileSourceRequest, 'signal'>): Promise<Attributes | undefined>
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

export function createSourceReader({ log, now }: { readonly log: Log; readonly now: () => number }): SourceReader {
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

  return {
    async read(site, request) {
      if (!site.profile && site.profileUrl === undefined) return undefined
      const result = await ask(site, request)
      if (result.ok) return result.value
      tell(site.profile ? 'profile()' : 'profileUrl', result.error)
      return undefined
    },
  }
}
