import type { Consent, Content, Decision } from '@unblink/protocol'
import { renderSnippet } from '@unblink/snippet'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CANARY } from './fill.ts'
import { watchXss } from './watchXss.ts'

const require = createRequire(import.meta.url)
const SDK_DIR = dirname(require.resolve('@unblink/browser/unblink.js'))
const PURIFY = readFileSync(join(dirname(require.resolve('dompurify')), 'purify.min.js'), 'utf8')

export const NONCE = 'n0nce'
export const script = (code: string): string => `<script nonce="${NONCE}">${code}</script>`
/** Takes `setHTML` away, as in engines that do not have it yet. */
export const WITHOUT_SET_HTML = script('delete Element.prototype.setHTML')
export const WITH_PURIFY =
  `<script nonce="${NONCE}" src="/purify.js"></script>` +
  script(`unblink.push('sanitizer', (html) => DOMPurify.sanitize(html, { RETURN_DOM_FRAGMENT: true }))`)
/** As strict as a policy gets that still lets the page's own scripts in. */
export const STRICT = `default-src 'none'; script-src 'nonce-${NONCE}' 'strict-dynamic'; connect-src 'self'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-src 'none'`
export const TRUSTED_TYPES = "require-trusted-types-for 'script'"

/** One slot of a page: what it holds by default, and what comes into it. */
export interface SlotContent {
  readonly content: Content
  /** @default <p>base</p> */
  readonly baseline?: string
  /** @default div */
  readonly tag?: string
  /** Further attributes of the slot's own start tag. */
  readonly attributes?: string
  readonly rotation?: Decision['rotation']
}

export interface ContentPage {
  readonly slots: readonly SlotContent[]
  /** Markup before the snippet, and after it. */
  readonly before?: string
  readonly after?: string
  /** Markup before the slots, and after them. */
  readonly top?: string
  readonly bottom?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly deadlineMs?: number
  readonly late?: 'fade'
  readonly consent?: Consent
  readonly redirects?: readonly string[]
  /** Milliseconds until the answer comes; 0: it stands in the head, so no slot is ever hidden. @default 0 */
  readonly answerAfterMs?: number
  /** Milliseconds between the pieces of the page: head, each slot's start, each slot's end. @default 0 */
  readonly dripMs?: number
  /** Milliseconds until the first byte of the page is sent. @default 0 */
  readonly holdMs?: number
  /** Milliseconds until a file of that name is sent. */
  readonly slow?: Readonly<Record<string, number>>
}

const toJson = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028')

const SVG = (colour: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40" fill="${colour}"/></svg>`

/** The page in its pieces. Slots are named x0, x1, and so on. */
function render(page: ContentPage): string[] {
  const { slots, before = '', after = '', top = '', bottom = '', deadlineMs = 3_000, answerAfterMs = 0 } = page
  const names = slots.map((_, index) => `x${index}`)
  const { html } = renderSnippet(
    {
      key: 'pk_test',
      base: '/u',
      ask: '',
      consent: page.consent ?? { personalization: 'denied', analytics: 'denied' },
      slots: Object.fromEntries(names.map((name) => [name, { deadlineMs, ...(page.late && { late: page.late }) }])),
      ...(page.redirects && { redirects: page.redirects }),
    },
    NONCE,
  )
  const decisions = slots.map(({ content, rotation }, index) => ({
    slot: `x${index}`,
    experience: `e${index}`,
    variant: 'v',
    reason: 'split',
    // What has one member that the snippet does not know is marked as the runtime's.
    content: { ...content, ...(!content.more && { more: [] }) },
    ...(rotation && { rotation }),
  }))
  const simple = /^(text|html|template)$/
  const reply = {
    v: 1,
    manifest: 'm',
    generation: 0,
    audiences: [],
    attributes: {},
    decisions: decisions.map((decision, index) =>
      simple.test(String(Object.keys(slots[index]!.content)))
        ? { ...decision, content: slots[index]!.content }
        : decision,
    ),
    expiresAt: Date.now() + 3_600_000,
  }
  const answer = `unblink.answer(${toJson(reply)})`
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Content</title>${script(`(${watchXss.toString()})()`)}${before}${html}` +
      script(answerAfterMs ? `setTimeout(() => ${answer}, ${answerAfterMs})` : answer) +
      `${after}<script nonce="${NONCE}" async src="/u/unblink.js"></script></head><body><h1>Content</h1>${top}`,
    ...slots.flatMap(({ tag = 'div', attributes = '', baseline = '<p>base</p>' }, index) => {
      const middle = baseline.indexOf('|')
      return [
        `<${tag} data-unblink="x${index}" ${attributes}>${baseline.slice(0, Math.max(0, middle))}`,
        `${baseline.slice(middle + 1)}</${tag}>\n`,
      ]
    }),
    `${bottom}<p id="end">End</p></body></html>`,
  ]
}

export interface ContentSite {
  readonly origin: string
  /** The same server by another name; what is asked of it is kept in `canaries`. */
  readonly canary: string
  /** Gives the page an address. */
  open(page: ContentPage): string
  /** What has been asked of the canary. */
  readonly canaries: string[]
  /** Paths that have been asked for. */
  readonly requests: string[]
  close(): Promise<void>
}

/** Serves pages with real snippet and runtime, whose contents are what a test wants; there is nobody to report to. */
export async function startContentSite(): Promise<ContentSite> {
  const pages: ContentPage[] = []
  const canaries: string[] = []
  const requests: string[] = []
  const server = createServer(async (request, response) => {
    response.on('error', () => {})
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const isCanary = request.headers.host?.startsWith('localhost')
    if (isCanary) canaries.push(request.url!)
    requests.push(request.url!)
    const send = (type: string, body: string | Buffer, headers = {}) =>
      response.writeHead(200, { 'content-type': type, ...headers }).end(body)
    const page = pages[Number(/^\/p(\d+)$/.exec(pathname)?.[1] ?? NaN)]
    if (page) {
      if (page.holdMs) await sleep(page.holdMs)
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers })
      for (const piece of render(page)) {
        response.write(piece.replaceAll(CANARY, canary))
        if (page.dripMs) await sleep(page.dripMs)
      }
      return response.end()
    }
    const file = /^\/u\/([\w-]+\.js)$/.exec(pathname)?.[1]
    if (file && existsSync(join(SDK_DIR, file))) {
      const ms = Math.max(0, ...pages.map(({ slow }) => slow?.[file] ?? 0))
      if (ms) await sleep(ms)
      return send('text/javascript', readFileSync(join(SDK_DIR, file)), { 'access-control-allow-origin': '*' })
    }
    if (pathname === '/purify.js') return send('text/javascript', PURIFY)
    if (pathname.endsWith('.svg')) {
      await sleep(Number(searchParams.get('ms') ?? 0))
      return send('image/svg+xml', SVG(searchParams.get('fill') ?? 'green'), { 'cache-control': 'max-age=60' })
    }
    return response.writeHead(404, { 'content-type': 'text/plain' }).end('no')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const canary = `http://localhost:${port}`
  return {
    origin: `http://127.0.0.1:${port}`,
    canary,
    canaries,
    requests,
    open(page) {
      pages.push(page)
      return `http://127.0.0.1:${port}/p${pages.length - 1}`
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
