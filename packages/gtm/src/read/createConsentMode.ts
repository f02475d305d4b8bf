import type { Consent, ConsentState } from '@unblink/protocol'
import type { Params } from './readPush.ts'

type Answers = Partial<Record<string, ConsentState>>

export interface ConsentMode {
  /** `gtag('consent', mode, params)`. */
  take(mode: string, params: Params): void
  /** What Unblink itself was told, by `unblink.consent`; the latest word counts. */
  set(params: Params): void
  /** Tells what has changed; nothing is told before. */
  flush(): void
}

/** Google's types, and the purposes that they are about. */
const TYPES = {
  analytics_storage: 'analytics',
  personalization_storage: 'personalization',
  ad_personalization: 'personalization',
}

/**
 * Google's consent mode (https://developers.google.com/tag-platform/security/guides/consent) as consent of ours:
 * `analytics_storage` is `analytics`, `personalization_storage` is `personalization`. An update counts more than a default. A
 * default that waits for an update is `pending`: one that denies until the visitor has answered, one that grants for as long as
 * it waits. `ad_personalization` can only withhold, and only where `personalization_storage` is not named: who refuses
 * personalised advertising and was asked nothing else has not agreed to a personalised page, and who accepts it has not either.
 * @param wait Calls back after milliseconds.
 */
export function createConsentMode(
  tell: (changed: Partial<Consent>) => void,
  wait: (callback: () => void, ms: number) => unknown = setTimeout,
): ConsentMode {
  const defaults: Answers = {}
  /** Types that are denied in some regions, and the page cannot know whether it is in one of them. */
  const regional: Answers = {}
  /** The latest word on a type, or on a purpose of ours. */
  const updates: Answers = {}
  const told: Answers = {}

  const resolve = (type: string) =>
    updates[type] || (defaults[type] === 'denied' ? 'denied' : regional[type] || defaults[type])
  const flush = () => {
    const ads = resolve('ad_personalization')
    const analytics = updates['analytics'] || resolve('analytics_storage')
    const personalization =
      updates['personalization'] || resolve('personalization_storage') || (ads === 'granted' ? undefined : ads)
    const changed = Object.entries({ analytics, personalization }).filter(
      ([purpose, state]) => state && told[purpose] !== state,
    )
    const consent = Object.fromEntries(changed) as Partial<Consent>
    Object.assign(told, consent)
    if (changed[0]) tell(consent)
  }
  return {
    take(mode, params) {
      const waitMs = params['wait_for_update'] as number
      for (const [type, purpose] of Object.entries(TYPES)) {
        const state = params[type] as ConsentState
        if (!/^(granted|denied)$/.test(state)) continue
        if (mode === 'update') {
          updates[type] = state
          delete updates[purpose]
          continue
        }
        if (params['region']) {
          if (state === 'denied') regional[type] = 'pending'
          continue
        }
        defaults[type] = waitMs > 0 ? 'pending' : state
        if (waitMs > 0 && state === 'granted')
          wait(() => {
            defaults[type] = state
            flush()
          }, waitMs)
      }
    },
    set(params) {
      for (const purpose of Object.values(TYPES))
        if (/^(granted|denied|pending)$/.test(params[purpose] as string))
          updates[purpose] = params[purpose] as ConsentState
    },
    flush,
  }
}
