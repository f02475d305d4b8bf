import type { ShopSwitch } from './shopSwitch.ts'

const TYPES = ['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage', 'personalization_storage']
const toConsent = (state: string, more = {}) =>
  JSON.stringify({ ...Object.fromEntries(TYPES.map((type) => [type, state])), ...more })

/** As Google's own: tells when it starts, and fetches the container. */
const renderContainer = (id: string, late: string) => `<script>
  dataLayer.push({ 'gtm.start': Date.now(), event: 'gtm.js' })
  document.head.append(Object.assign(document.createElement('script'), { async: true, src: '/gtm.js?id=${id}&late=${late}' }))
</script>`

/** The data layer and consent mode, as any page with Google's tags has them. */
const renderLayer = (consent: ShopSwitch['consent']) => `<script>
  window.dataLayer = window.dataLayer || []
  function gtag() { dataLayer.push(arguments) }
  gtag('consent', 'default', ${toConsent('denied', { wait_for_update: 500 })})${
    consent === 'ask' ? '' : `\n  gtag('consent', 'update', ${toConsent(consent)})`
  }
</script>`

const CONTAINERS = { one: ['GTM-SHOP'], two: ['GTM-SHOP', 'GTM-AGENCY'], none: [] } as const

/**
 * The head's scripts. The snippet comes first where the page has it inline; else the container's tag brings it, late.
 * @param snippet The snippet and the runtime's element, as HTML.
 */
export function renderHead({ start, consent, late, gtm, sdk }: ShopSwitch, snippet: string): string {
  const bridge = '<script async src="/u/unblink-gtm.js"></script>'
  return [
    start === 'head' || gtm === 'none' ? snippet : '',
    renderLayer(consent),
    ...CONTAINERS[gtm].map((id) => renderContainer(id, late)),
    gtm === 'none' ? bridge : '',
    sdk === 'two' ? `<script async src="/u/unblink.js"></script>${bridge}` : '',
  ]
    .filter(Boolean)
    .join('\n')
}
