import type { TrafficSource } from '@unblink/protocol'

const CLICK_ID = /[?&](gclid|gbraid|wbraid|dclid|msclkid|yclid|ttclid|twclid|li_fat_id|fbclid|igshid)=/
const UTM = /^utm_(source|medium|campaign|term|content|id)$/
const MAX_UTM_CHARACTERS = 100

const withoutWww = (host: string) => host.replace(/^www\./, '')

/**
 * Where a view came from, by its own address and the referrer. Of the query only `utm_*` is kept, and none that looks like
 * a mail address; of a click id only its kind. What kind of source that is, the collector finds out. Pure.
 */
export function getTrafficSource(
  { hostname, search }: { readonly hostname: string; readonly search: string },
  referrer: string,
): TrafficSource {
  const utm: Record<string, string> = {}
  new URLSearchParams(search).forEach((value, name) => {
    if (UTM.test(name) && value && !value.includes('@')) utm[name.slice(4)] = value.slice(0, MAX_UTM_CHARACTERS)
  })
  const host = withoutWww(/^[a-z-]+:\/\/([^/:]*)/.exec(referrer)?.[1] ?? '')
  const isInternal = host === withoutWww(hostname)
  // JSON leaves out what is undefined.
  return {
    class: isInternal ? 'internal' : undefined,
    host: isInternal ? undefined : host || undefined,
    utm: Object.keys(utm).length ? utm : undefined,
    clickId: CLICK_ID.exec(search)?.[1],
  } as TrafficSource
}
