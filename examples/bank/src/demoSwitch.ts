/** What a visitor of the demonstration may change: how long the profile reply takes, and whether Unblink runs. */
export interface DemoSwitch {
  readonly profile: ProfileSpeed
  readonly unblink: 'on' | 'off'
}

export type ProfileSpeed = keyof typeof PROFILE_DELAYS_MS

/** Milliseconds added before the profile API sees the request; Infinity: it never does. */
export const PROFILE_DELAYS_MS = { normal: 0, fast: 50, slow: 350, late: 1500, dead: Infinity } as const

const isSpeed = (value: string | null): value is ProfileSpeed =>
  value !== null && Object.prototype.hasOwnProperty.call(PROFILE_DELAYS_MS, value)

/** Reads the `demo` cookie (in the form of a query string); whatever makes no sense is as if it were not there. */
export function parseDemoSwitch(cookie: string | undefined): DemoSwitch {
  const given = new URLSearchParams(cookie)
  const profile = given.get('profile')
  return { profile: isSpeed(profile) ? profile : 'normal', unblink: given.get('unblink') === 'off' ? 'off' : 'on' }
}

/** The switch after a page was asked for with `?profile=…` or `?unblink=…`; what the address does not name stays. */
export function withQuery(current: DemoSwitch, query: URLSearchParams): DemoSwitch {
  const profile = query.get('profile')
  const unblink = query.get('unblink')
  return {
    profile: isSpeed(profile) ? profile : current.profile,
    unblink: unblink === 'on' || unblink === 'off' ? unblink : current.unblink,
  }
}

/** The cookie's value, or '' when nothing differs from a site without a demo bar. */
export function toCookie({ profile, unblink }: DemoSwitch): string {
  const query = new URLSearchParams()
  if (profile !== 'normal') query.set('profile', profile)
  if (unblink === 'off') query.set('unblink', unblink)
  return query.toString()
}
