import type { SourceClass, TrafficSource } from '@unblink/protocol'

/** Click ids: on paid links only, and on every link that leaves a network. */
const PAID_ID = /[?&](gclid|gbraid|wbraid|dclid|msclkid|yclid|ttclid|twclid|li_fat_id)=/
const SOCIAL_ID = /[?&](fbclid|igshid)=/
const UTM = /^utm_(source|medium|campaign|term|content|id)$/
const MAX_UTM_CHARACTERS = 100

/** Each fits a campaign's medium or a referrer's host; hosts from end to end, so that `google.com.example` is nobody's. */
const PAID = /cp[acmv]|^(ppc|paid.*|display|retargeting)$/
const EMAIL = /^(e-?mail|newsletter|(web)?mail\..+|outlook\.(live|office)\.com|com\.google\.android\.gm)$/
const SEARCH =
  /^organic$|^(google|bing|duckduckgo|ecosia|(m\.)?baidu|yandex|startpage|qwant|kagi|(.+\.)?search\.[a-z]+)(\.com?)?\.[a-z]{2,3}$|googlequicksearchbox$/
const SOCIAL =
  /^social|^(.+\.)?((facebook|instagram|linkedin|twitter|x|reddit|tiktok|youtube|threads|pinterest)\.(com|net)|t\.co|lnkd\.in|bsky\.app|pinterest\.[a-z.]{2,6})$/

const classify = (text: string, otherwise: SourceClass): SourceClass =>
  EMAIL.test(text) ? 'email' : SEARCH.test(text) ? 'search' : SOCIAL.test(text) ? 'social' : otherwise

const withoutWww = (host: string) => host.replace(/^www\./, '')

function getHost(address: string): string {
  try {
    return withoutWww(new URL(address).hostname)
  } catch {
    return ''
  }
}

/**
 * Where a view came from, by its own address and the referrer. A campaign's own words win over the referrer, which a
 * redirect may have changed. Of the query only `utm_*` is kept, and none that looks like a mail address; of a click id
 * only its kind. Pure.
 */
export function getTrafficSource(
  { hostname, search }: { readonly hostname: string; readonly search: string },
  referrer: string,
): TrafficSource {
  const utm: Record<string, string> = {}
  new URLSearchParams(search).forEach((value, name) => {
    if (UTM.test(name) && value && !value.includes('@')) utm[name.slice(4)] = value.slice(0, MAX_UTM_CHARACTERS)
  })
  const hasUtm = Object.keys(utm).length > 0
  const medium = (utm['medium'] ?? '').toLowerCase()
  const paidId = PAID_ID.exec(search)?.[1]
  const clickId = paidId ?? SOCIAL_ID.exec(search)?.[1]
  const host = getHost(referrer)
  const isInternal = host === withoutWww(hostname)

  const getClass = (): SourceClass => {
    if (paidId || PAID.test(medium)) return 'paid'
    if (hasUtm) return classify(medium, 'campaign')
    if (clickId) return 'social'
    if (isInternal) return 'internal'
    return host ? classify(host, 'referral') : 'direct'
  }
  // JSON leaves out what is undefined.
  return {
    class: getClass(),
    host: isInternal ? undefined : host || undefined,
    utm: hasUtm ? utm : undefined,
    clickId,
  } as TrafficSource
}
