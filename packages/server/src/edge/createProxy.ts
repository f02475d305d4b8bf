export interface ProxyOptions {
  /** Address of the server, like `http://127.0.0.1:4700`; its path, if any, goes before that of the request. */
  readonly target: string
  /**
   * Path of the site under which the server is reached; the rest of the path is the server's. `''` where whatever calls
   * this has cut it off already, as Express does. @default '/u'
   */
  readonly base?: string
  /** Pass on X-Forwarded-Host and X-Forwarded-Proto as another proxy in front of this one has set them. @default false */
  readonly trustProxy?: boolean
  /** Sends the request; for a service binding, where there is no address to connect to. @default the global fetch */
  readonly fetch?: (request: Request) => Promise<Response> | Response
}

/** What concerns one connection only (RFC 9110, 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
/** Set anew for the connection to the server. */
const OWN = ['host', 'content-length', 'accept-encoding']
/** What the browser holds for the site is not the server's to see: passwords of the site, and cookies but ours. */
const SECRET = ['authorization', 'cookie']

const COOKIE = /^\s*ub_/

function toHeaders(request: Request, url: URL, trustProxy: boolean): Headers {
  const headers = new Headers(request.headers)
  const named = (headers.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase())
  const isName = (name: string) => /^[\w-]+$/.test(name)
  for (const name of [...HOP_BY_HOP, ...OWN, ...SECRET, ...named.filter(isName)]) headers.delete(name)
  const cookies = (request.headers.get('cookie') ?? '').split(';').filter((cookie) => COOKIE.test(cookie))
  if (cookies.length > 0) headers.set('cookie', cookies.join(';').trim())
  // fetch() would undo a compression and leave the header that tells of it.
  headers.set('accept-encoding', 'identity')
  if (!trustProxy || !headers.has('x-forwarded-host')) headers.set('x-forwarded-host', url.host)
  if (!trustProxy || !headers.has('x-forwarded-proto')) headers.set('x-forwarded-proto', url.protocol.slice(0, -1))
  return headers
}

const UNREACHABLE = {
  v: 1,
  error: {
    code: 'unreachable',
    message: 'The server of this path cannot be reached. Is it running at the target that the proxy was given?',
  },
}

/**
 * The site's own path to the server, for any host that speaks in web-standard requests: pass it each request, and what it
 * does not answer (undefined) is not under the path. Cookies other than Unblink's stay with the site. The server must be
 * told to trust its proxy. Keeps and caches nothing. Throws when target or base are none.
 */
export function createProxy({
  target,
  base = '/u',
  trustProxy = false,
  fetch = globalThis.fetch,
}: ProxyOptions): (request: Request) => Promise<Response | undefined> {
  const to = URL.canParse(target) ? new URL(target) : undefined
  if (!to || !/^https?:$/.test(to.protocol) || to.search || to.hash) {
    throw new Error(`target ${JSON.stringify(target)}: expected the server’s address, like "http://127.0.0.1:4700"`)
  }
  if (!/^(\/[^/?#]+)*$/.test(base)) {
    throw new Error(`base ${JSON.stringify(base)}: expected a path like "/u", without a slash at the end`)
  }
  const prefix = to.pathname.replace(/\/$/, '')

  return async (request) => {
    const url = new URL(request.url)
    if (!url.pathname.startsWith(`${base}/`)) return undefined
    const address = new URL(to)
    address.pathname = prefix + url.pathname.slice(base.length)
    address.search = url.search
    try {
      const response = await fetch(
        new Request(address, {
          method: request.method,
          headers: toHeaders(request, url, trustProxy),
          body: request.body,
          // A body that is still arriving is passed on as it comes, and HTTP/1.1 answers only after it.
          ...(request.body ? { duplex: 'half' } : {}),
          redirect: 'manual',
          signal: request.signal,
        }),
      )
      const headers = new Headers(response.headers)
      // A server that compresses all the same: what comes out of fetch() no longer is.
      const undone = headers.has('content-encoding') ? ['content-encoding', 'content-length'] : []
      for (const name of [...HOP_BY_HOP, ...undone]) headers.delete(name)
      return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
    } catch {
      // Or the visitor has left, and nobody reads this.
      return Response.json(UNREACHABLE, { status: 502, headers: { 'cache-control': 'no-store' } })
    }
  }
}
