/** One visitor's answer for one purpose. `pending`: not asked yet, so nothing may be stored. */
export type ConsentState = 'granted' | 'denied' | 'pending'

/** Per purpose; maps 1:1 to Google consent mode's `personalization_storage` and `analytics_storage`. */
export interface Consent {
  readonly personalization: ConsentState
  readonly analytics: ConsentState
}

const isConsentState = (value: unknown): value is ConsentState =>
  value === 'granted' || value === 'denied' || value === 'pending'

/**
 * Reads a consent, or one state for personalisation beside one for analytics, as the snippet writes it: `'granted'`.
 * Never fails: whatever is not a clear answer is `pending`, the state in which nothing is kept.
 */
export function parseConsent(value: unknown, forAnalytics: unknown = value): Consent {
  const read = (state: unknown) => (isConsentState(state) ? state : 'pending')
  if (typeof value === 'string') return { personalization: read(value), analytics: read(forAnalytics) }
  const { personalization, analytics } = (typeof value === 'object' && value ? value : {}) as Partial<Consent>
  return { personalization: read(personalization), analytics: read(analytics) }
}

/** Global Privacy Control overrides every grant (https://w3c.github.io/gpc/). */
export const withPrivacyControl = (consent: Consent, isOptedOut: boolean): Consent =>
  isOptedOut ? { personalization: 'denied', analytics: 'denied' } : consent
