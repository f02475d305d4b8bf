import type { EventType } from '@unblink/protocol'
import { createServer, parseSite, type SiteInput } from '@unblink/server'
import { renderSnippet } from '@unblink/snippet'
import { build } from 'esbuild'
import { Hono } from 'hono'
import { mkdtemp, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startHttp } from '../startHttp.ts'
import { readEvents } from '../storedEvents.ts'

const require = createRequire(import.meta.url)
const SDK_DIR = dirname(require.resolve('@unblink/browser/unblink.js'))
const WORKER = join(dirname(require.resolve('msw/package.json')), 'lib/mockServiceWorker.js')

export const BASELINE = [204, 0, 0] as const
export const VARIANT = [0, 170, 0] as const
const rgb = (colour: readonly number[]) => `rgb(${colour.join(',')})`

export const toContent = (text: string) => ({ html: `<div class="variant"><h2>${text}</h2></div>` })

const STYLE = `body { margin: 0; font: 16px/1.5 sans-serif } section { display: block; height: 200px }
.baseline, .variant { height: 200px } .baseline { background: ${rgb(BASELINE)} } .variant { background: ${rgb(VARIANT)} }`

const SITE: SiteInput = {
  id: 'test',
  keys: { browser: 'pk_test', server: 'sk_test_0123456789' },
  consent: { personalization: 'granted', analytics: 'granted' },
  slots: { hero: {}, promo: {}, plan: {} },
  goals: { application: {} },
}

export interface KitSite {
  /** Address of the page at this path; every path is one, with the slots hero and promo, and not plan. */
  url(path?: string): string
  /** What the real collector has stored of this type, in order. */
  events(type: EventType): readonly unknown[]
  /** Requests that came as far as the site, `METHOD /path`. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

export interface KitSiteOptions {
  /** Served with the real profile API and collector. @default a site without them, whose /u/v1/* answers 404 */
  readonly rules?: Partial<SiteInput>
  /** What the slots are told in the snippet. */
  readonly deadlineMs?: number
  /** TypeScript of a module, as if it stood in this folder: the page's own. */
  readonly script?: string
  /** The page brings the snippet itself: it is at `/snippet.js`. @default false */
  readonly isBare?: boolean
}

/** A small site around the kit under test, on a free loopback port. */
export async function startKitSite({ rules, deadlineMs, script, isBare }: KitSiteOptions = {}): Promise<KitSite> {
  const site = parseSite({ ...SITE, ...rules })
  if (!site.ok) throw new Error(site.error)
  const { consent } = site.value
  const slots = Object.fromEntries(
    Object.keys(site.value.slots).map((name) => [name, deadlineMs === undefined ? {} : { deadlineMs }]),
  )
  const snippet = renderSnippet({ key: 'pk_test', base: '/u', consent, slots })
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-kit-'))
  const server = rules && (await createServer({ site: site.value, dataDir, sdkDir: SDK_DIR }))
  const app = script && (await bundle(script))
  const requests: string[] = []

  const pages = new Hono()
  pages.use(async (c, next) => {
    requests.push(`${c.req.method} ${new URL(c.req.url).pathname}`)
    await next()
  })
  const sendScript = (text: string) => new Response(text, { headers: { 'content-type': 'text/javascript' } })
  if (server) pages.route('/u', server.app)
  else {
    pages.get('/u/:file{unblink[a-z-]*\\.js}', async (c) =>
      sendScript(await readFile(join(SDK_DIR, c.req.param('file')), 'utf8')),
    )
    pages.all('/u/*', (c) => c.text('no server here', 404))
  }
  pages.get('/app.js', () => sendScript(app ?? ''))
  pages.get('/snippet.js', () => sendScript(snippet.script))
  pages.get('/mockServiceWorker.js', async () => sendScript(await readFile(WORKER, 'utf8')))
  const head = isBare ? '' : `${snippet.html}<script async src="/u/unblink.js"></script>`
  pages.get('/*', (c) =>
    c.html(`<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>Kit</title>
${head}<style>${STYLE}</style>${script ? '<script type="module" src="/app.js"></script>' : ''}</head><body><h1>Kit</h1>
<section data-unblink="hero"><div class="baseline"><h2>Hero default</h2></div></section>
<section data-unblink="promo"><div class="baseline"><h2>Promo default</h2></div></section></body></html>`),
  )
  const http = await startHttp(pages.fetch)
  return {
    url: (path = '/') => `http://127.0.0.1:${http.port}${path}`,
    events: (type) => readEvents(dataDir, type).map(({ p }) => p),
    requests,
    close: () => http.close(dataDir, server),
  }
}

/** As a site's own build would: the packages by their export maps. */
async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, loader: 'ts', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  return outputFiles[0]!.text
}
