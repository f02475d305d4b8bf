import type { SourceClass, TrafficSource } from '@unblink/protocol'

/** Click ids on every link that leaves a network, paid for or not; all others are on paid links only. */
const SOCIAL_ID = /^(fbclid|igshid)$/

/** Each fits a campaign's medium or a referrer's host; hosts from end to end, so that `google.com.example` is nobody's. */
const PAID = /cp[acmv]|^(ppc|paid.*|display|retargeting)$/
const EMAIL = /^(e-?mail|newsletter|(web)?mail\..+|outlook\.(live|office)\.com|com\.google\.android\.gm)$/
const SEARCH =
  /^organic$|^(google|bing|duckduckgo|ecosia|(m\.)?baidu|yandex|startpage|qwant|kagi|(.+\.)?search\.[a-z]+)(\.com?)?\.[a-z]{2,3}$|googlequicksearchbox$/
const SOCIAL =
  /^social|^(.+\.)?((facebook|instagram|linkedin|twitter|x|reddit|tiktok|youtube|threads|pinterest)\.(com|net)|t\.co|lnkd\.in|bsky\.app|pinterest\.[a-z.]{2,6})$/

const classify = (text: string, otherwise: SourceClass): SourceClass =>
  EMAIL.test(text) ? 'email' : SEARCH.test(text) ? 'search' : SOCIAL.test(text) ? 'social' : otherwise

/** What kind of source it is. A campaign's own words win over the referrer, which a redirect may have changed. Pure. */
export function classifySource({ class: known, host, utm, clickId }: TrafficSource): SourceClass {
  const medium = (utm?.['medium'] ?? '').toLowerCase()
  if ((clickId && !SOCIAL_ID.test(clickId)) || PAID.test(medium)) return 'paid'
  if (utm && Object.keys(utm).length > 0) return classify(medium, 'campaign')
  if (clickId) return 'social'
  if (known === 'internal') return 'internal'
  return host ? classify(host, 'referral') : 'direct'
}
