import type { SourceClass, TrafficSource } from '@unblink/protocol'

/** Click ids that advertising networks append to links; only the kind is kept. */
const CLICK_IDS = ['gclid', 'gbraid', 'wbraid', 'dclid', 'fbclid', 'msclkid', 'ttclid', 'twclid', 'li_fat_id']
const UTM = /^utm_(source|medium|campaign|term|content|id)$/
const SEARCH = /(^|\.)(google|bing|duckduckgo|ecosia|yahoo|baidu|yandex|startpage|qwant|brave)\.[a-z.]+$/
const SOCIAL = /(^|\.)(facebook|instagram|linkedin|twitter|x|t|reddit|pinterest|tiktok|youtube|mastodon|bsky|threads)\.[a-z]+$/
const EMAIL = /(^|\.)(mail|outlook|webmail)\./
const MAX_UTM_CHARACTERS = 100

const isPaid = (medium: string | undefined) => /^(cpc|ppc|cpm|paid|display|retargeting)/i.test(medium ?? '')

function getHost(referrer: string): string | undefined {
  try {
    return new URL(referrer).hostname.replace(/^www\./, '') || undefined
  } catch {
    return undefined
  }
}

/** Where this view came from, by its address and the referrer. Pure. Click ids and all of the query but `utm_*` stay out. */
export function getTrafficSource(
  { hostname, search }: { readonly hostname: string; readonly search: string },
  referrer: string,
): TrafficSource {
  const query = new URLSearchParams(search)
  const utm = Object.fromEntries(
    [...query].filter(([name]) => UTM.test(name)).map(([name, value]) => [name.slice(4), value.slice(0, MAX_UTM_CHARACTERS)]),
  )
  const clickId = CLICK_IDS.find((name) => query.has(name))
  const host = getHost(referrer)
  const isInternal = host !== undefined && host === hostname.replace(/^www\./, '')

  const classify = (): SourceClass => {
    if (clickId && clickId !== 'fbclid') return 'paid'
    if (isPaid(utm['medium'])) return 'paid'
    if (/^e-?mail$/i.test(utm['medium'] ?? '')) return 'email'
    if (Object.keys(utm).length) return 'campaign'
    if (host === undefined) return 'direct'
    if (isInternal) return 'internal'
    if (EMAIL.test(host)) return 'email'
    if (SEARCH.test(host)) return 'search'
    if (SOCIAL.test(host)) return 'social'
    return 'referral'
  }
  return {
    class: classify(),
    ...(host !== undefined && !isInternal && { host }),
    ...(Object.keys(utm).length > 0 && { utm }),
    ...(clickId && { clickId }),
  }
}
