import { parseProfileReply } from '@unblink/protocol'
import { createProxy, getEarlyHints, renderReply } from '@unblink/server/edge'
import { injectReply } from './injectReply.ts'

/** A service binding, or whatever else answers requests. */
interface Fetcher {
  fetch(request: Request): Promise<Response> | Response
}

export interface Env {
  /**
   * The site. Its pages hold the snippet with `ask: ''`, and `<!--unblink-reply-->` where the reply may stand.
   * @default whatever the worker's route stands in front of
   */
  readonly ORIGIN?: Fetcher
  /** The Unblink server, told to trust its proxy: a service binding or an address. */
  readonly UNBLINK: Fetcher | string
  /** The site's browser key. */
  readonly KEY: string
  /** How long a page may be held up for its reply, in ms; one that comes later goes in where the page allows it. @default 50 */
  readonly MAX_WAIT_MS?: number
}

interface Answer {
  readonly script: (nonce?: string) => string
  readonly setCookie: string | null
}

const BASE = '/u'
/** When the reply is given up: the slots have shown their baseline long before. */
const GIVE_UP_MS = 2_000

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** The way to Unblink, which shows it only what it may see of the visitor's: the site's own cookies and passwords stay here. */
function openWay(request: Request, { UNBLINK }: Env) {
  if (typeof UNBLINK === 'string') return createProxy({ target: UNBLINK, base: BASE })
  const { origin } = new URL(request.url)
  return createProxy({ target: origin, base: BASE, fetch: (asked) => UNBLINK.fetch(asked) })
}

/** Asks for the decisions of a page's visitor. Never rejects: without a reply, every slot shows its baseline at once. */
async function getAnswer(request: Request, env: Env): Promise<Answer> {
  try {
    const { ask } = getEarlyHints({ base: BASE, key: env.KEY, url: new URL(request.url).pathname })
    const signal = AbortSignal.timeout(GIVE_UP_MS)
    const headers = new Headers(request.headers)
    // It is the worker who asks, for a page of its own origin: who had that page fetched says nothing of it.
    for (const name of ['sec-fetch-site', 'sec-fetch-mode', 'referer']) headers.delete(name)
    headers.set('origin', new URL(request.url).origin)
    const asked = new Request(new URL(ask, request.url), { headers, signal })
    const response = await openWay(request, env)(asked)
    if (!response?.ok) throw new Error(`Unblink answered ${response?.status}: ${await response?.text()}`)
    const reply = parseProfileReply(await response.json())
    if (!reply.ok) throw new Error(reply.error)
    return { script: (nonce) => renderReply(reply.value, nonce), setCookie: response.headers.get('set-cookie') }
  } catch (error) {
    console.error('[edge-worker] There is no reply for this page; its slots show their baseline.', error)
    return { script: (nonce) => renderReply(null, nonce), setCookie: null }
  }
}

/** The origin's page without what would let a browser keep it unasked: it is one visitor's now. */
function toHeaders(page: Response, setCookie: string | null): Headers {
  const headers = new Headers(page.headers)
  // fetch() has undone the compression, and the text is another one.
  for (const name of ['content-encoding', 'content-length', 'etag', 'last-modified']) headers.delete(name)
  headers.set('cache-control', 'private, no-cache')
  if (setCookie) headers.append('set-cookie', setCookie)
  return headers
}

async function sendPage(request: Request, env: Env): Promise<Response> {
  const { MAX_WAIT_MS: maxWaitMs = 50 } = env
  const answer = getAnswer(request, env)
  const asked = new Request(request)
  // A page that has not changed would still need this visitor's reply.
  for (const name of ['if-none-match', 'if-modified-since']) asked.headers.delete(name)
  const page = await (env.ORIGIN ?? globalThis).fetch(asked)
  if (!page.body || !page.headers.get('content-type')?.startsWith('text/html')) return page
  // A new visitor's id must go out with the head, or the next view would be another visitor's.
  const isNew = !/(^|;\s*)ub_v=/.test(request.headers.get('cookie') ?? '')
  const early = await Promise.race([answer, sleep(isNew ? maxWaitMs : 0)])
  const nonce = /'nonce-([^']+)'/.exec(page.headers.get('content-security-policy') ?? '')?.[1]
  const script = answer.then((one) => one.script(nonce))
  const body = injectReply(page.body, { script, maxWaitMs })
  return new Response(body, {
    status: page.status,
    statusText: page.statusText,
    headers: toHeaders(page, early?.setCookie ?? null),
  })
}

/**
 * Stands in front of a site: streams its pages with each visitor's decisions in them, asked for while the origin makes the
 * page, and passes `/u/…` on to Unblink.
 */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    // Looked at first, so that a wrong setting of Unblink's costs the site nothing else.
    const isUnblink = new URL(request.url).pathname.startsWith(`${BASE}/`)
    const passed = isUnblink && (await openWay(request, env)(request))
    if (passed) return passed
    const isPage = request.method === 'GET' && (request.headers.get('accept') ?? '').includes('text/html')
    return isPage ? sendPage(request, env) : (env.ORIGIN ?? globalThis).fetch(request)
  },
}
