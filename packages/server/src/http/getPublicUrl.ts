/** Where the headers tell of a chain of proxies, the first entry is the one nearest to the visitor. */
const getFirst = (header: string | null | undefined): string => header?.split(',', 1)[0]?.trim() ?? ''

const HOST = /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i

/** Reads one header; undefined or null when it is not there. */
export type ReadHeader = (name: string) => string | null | undefined

/**
 * The address of a request as the visitor's browser has it. What X-Forwarded-Host and X-Forwarded-Proto say counts only
 * where the server was told that a proxy of its own sets them, because anybody may send them.
 */
export function getPublicUrl(url: string, read: ReadHeader, trustProxy: boolean): URL {
  const here = new URL(url)
  if (!trustProxy) return here
  const host = getFirst(read('x-forwarded-host'))
  const scheme = getFirst(read('x-forwarded-proto')).toLowerCase()
  const isScheme = scheme === 'https' || scheme === 'http'
  const origin = `${isScheme ? `${scheme}:` : here.protocol}//${HOST.test(host) ? host : here.host}`
  // A port above 65535 fits the pattern and is still no address.
  return URL.canParse(origin) ? new URL(here.pathname + here.search, origin) : here
}
