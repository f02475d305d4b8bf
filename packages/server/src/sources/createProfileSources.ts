import type { Attributes } from '@unblink/protocol'
import type { Log } from '../log.ts'
import type { Registry } from '../metrics/createRegistry.ts'
import { mergeSource } from '../profile/mergeSource.ts'
import type { Site } from '../site/site.ts'
import { createProfileSource, type ProfileSource } from './createProfileSource.ts'
import { createProfileSourceMetrics } from './createProfileSourceMetrics.ts'
import type { ProfileFacts } from './fillProfileRequest.ts'
import type { ProfileSourceSettings } from './profileSource.ts'

/** What a source has failed to do is told once in so long. */
const LOG_EVERY_MS = 60_000

export interface ProfileSourcesOptions {
  readonly log: Log
  readonly registry: Registry
  readonly env: Readonly<Record<string, string | undefined>>
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Monotonic milliseconds. */
  readonly getTime: () => number
}

/** All profile services of a site. */
export interface ProfileSources {
  /** What they know together, as far as it is there in the site's `profileTimeoutMs`. Never rejects. */
  read(site: Site, facts: ProfileFacts): Promise<Attributes | undefined>
  prepare(site: Site): void
  forget(visitor: string): void
  close(): void
}

interface Running {
  readonly source: ProfileSource
  readonly signature: string
}

export function createProfileSources({ log, registry, env, now, getTime }: ProfileSourcesOptions): ProfileSources {
  const running = new Map<string, Running>()
  const bySettings = new WeakMap<ProfileSourceSettings, ProfileSource>()
  const loggedAt = new Map<string, { at: number; failures: number }>()
  const metrics = createProfileSourceMetrics(registry, function* () {
    for (const { source } of running.values()) yield source
  })

  const tell = (id: string, why: string) => {
    const last = loggedAt.get(id) ?? { at: -Infinity, failures: 0 }
    last.failures++
    loggedAt.set(id, last)
    if (getTime() - last.at < LOG_EVERY_MS) return
    const message = `Profile source "${id}" gave no attributes: ${why}. Visitors are decided for without it.`
    log({ level: 'warn', code: 'profile_source', message, source: id, failures: last.failures })
    Object.assign(last, { at: getTime(), failures: 0 })
  }

  /** A config that is read again and says the same of a source keeps what that has learnt. */
  const getSource = (settings: ProfileSourceSettings): ProfileSource => {
    const known = bySettings.get(settings)
    if (known) return known
    const { id } = settings
    const signature = JSON.stringify(settings)
    const before = running.get(id)
    const isSame = before?.signature === signature
    const source = isSame
      ? before.source
      : createProfileSource({ settings, env, metrics, log, tell: (why) => tell(id, why), now, getTime })
    bySettings.set(settings, source)
    running.set(id, { source, signature })
    return source
  }

  const getSources = ({ profileSources = [] }: Site) => profileSources.map(getSource)

  return {
    async read(site, facts) {
      const { profileTimeoutMs } = site
      const sources = getSources(site)
      const answers = sources.map((source) => source.ask(facts))
      const known: (Attributes | undefined)[] = answers.map((one) => (one instanceof Promise ? undefined : one))
      const waiting = new Set<string>()
      const calls = answers.flatMap((answer, index) => {
        if (!(answer instanceof Promise)) return []
        const { id } = sources[index]!
        waiting.add(id)
        return answer.then((attributes) => {
          waiting.delete(id)
          known[index] = attributes
        })
      })
      if (calls.length > 0) {
        let timer: NodeJS.Timeout | undefined
        const late = new Promise((resolve) => (timer = setTimeout(resolve, profileTimeoutMs)))
        await Promise.race([Promise.all(calls), late])
        clearTimeout(timer)
      }
      for (const id of waiting) {
        metrics.late.add(1, id)
        tell(id, `no answer within ${profileTimeoutMs} ms; what it says later counts from the next request on`)
      }
      // What comes after this moment must not change what is being decided.
      return known
        .slice()
        .reduceRight<Attributes | undefined>((beneath, one) => (one ? mergeSource(beneath, one) : beneath), undefined)
    },
    prepare(site) {
      const sources = getSources(site)
      // Requests that have begun end with the rules that they began with, so nothing is cut off here.
      for (const [id, { source }] of running) if (!sources.includes(source)) running.delete(id)
    },
    forget(visitor) {
      for (const { source } of running.values()) source.forget(visitor)
    },
    close() {
      for (const { source } of running.values()) source.close()
    },
  }
}
