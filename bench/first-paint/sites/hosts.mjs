/** Who is who; the browser is told that all of them are this machine. */
export const HOSTS = {
  page: 'www.shop.test',
  cdn: 'cdn.vendor.test',
  api: 'api.vendor.test',
  /** Nobody listens here. */
  refused: 'refused.vendor.test',
}

/** The address of the page under test. */
export const PAGE_URL = `https://${HOSTS.page}/`

/** A page of the same site that is opened before each run, so that the renderer and the connection exist. */
export const WARM_PATH = '/warm'

/** What a site proxies to its own server, so that the browser sees one origin. */
export const FIRST_PARTY_PREFIX = '/u'
