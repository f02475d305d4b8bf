import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { findProgram } from '../../scripts/ensure.mjs'
import { createCertificate } from './routingCertificate.ts'
import { readRecipe, runRecipe } from './routingRecipe.ts'
import { listen, listenTo } from './routingUnblink.ts'

export interface FrontOptions {
  /** The Unblink server's address. */
  readonly unblink: string
  /** The page of the site. */
  readonly page: string
  /** For its files; empty at the start. */
  readonly folder: string
}

export interface Running {
  /** The site's address, to a browser. */
  readonly url: string
  close(): Promise<void>
}

/** What may stand in front of a site, set up by its recipe. */
export interface Front {
  readonly name: string
  /** Why it cannot be run on this machine, and what to do. */
  readonly missing?: string
  start(options: FrontOptions): Promise<Running>
}

const getHost = (url: string) => new URL(url).host

/** A port that is free now. The programs below cannot say which one they took. */
export async function findPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const canConnect = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => socket.end(() => resolve(true)))
    socket.once('error', () => resolve(false))
  })

/** Starts a server program and waits until it listens; one that ends before is an error with what it said. */
async function startProgram(file: string, args: readonly string[], port: number, folder: string) {
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  while (!(await canConnect(port))) {
    if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}: ${said}`)
    await sleep(50)
  }
  return async () => {
    child.kill()
    await ended
  }
}

const startPage = (page: string) =>
  listenTo((_request, response) => response.setHeader('content-type', 'text/html; charset=utf-8').end(page))

async function startNginx({ unblink, page, folder }: FrontOptions): Promise<Running> {
  const [origin, certificate, port] = await Promise.all([startPage(page), createCertificate(folder), findPort()])
  const [inHttp, inServer] = await readRecipe('nginx.md', 'nginx', { '127.0.0.1:4700': getHost(unblink) })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`)
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid nginx.pid; error_log stderr; events {}
http {
  access_log off; ${temporary.join(' ')}
  ${inHttp}
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${certificate.certFile};
    ssl_certificate_key ${certificate.keyFile};
    # What the site already has for its own scripts must not take ours.
    location ~ \\.js$ { return 404; }
    location / { proxy_pass ${origin.url}; }
    ${inServer}
  }
}`,
  )
  const stop = await startProgram(findProgram('nginx')!, ['-p', folder, '-c', 'nginx.conf'], port, folder)
  return {
    url: `https://127.0.0.1:${port}`,
    close: async () => {
      await stop()
      await origin.close()
    },
  }
}

async function startCaddy({ unblink, page, folder }: FrontOptions): Promise<Running> {
  const [origin, certificate, port] = await Promise.all([startPage(page), createCertificate(folder), findPort()])
  const [site] = await readRecipe('caddy.md', 'caddyfile', {
    '127.0.0.1:4700': getHost(unblink),
    '127.0.0.1:3000': getHost(origin.url),
    'shop.example {': `https://127.0.0.1:${port} {\nbind 127.0.0.1\ntls ${certificate.certFile} ${certificate.keyFile}`,
  })
  const file = join(folder, 'Caddyfile')
  await writeFile(file, `{\nadmin off\nauto_https off\n}\n${site}`)
  const args = ['run', '--adapter', 'caddyfile', '--config', file]
  const stop = await startProgram(findProgram('caddy')!, args, port, folder)
  return {
    url: `https://127.0.0.1:${port}`,
    close: async () => {
      await stop()
      await origin.close()
    },
  }
}

async function startExpress({ unblink, page }: FrontOptions): Promise<Running> {
  const [code] = await readRecipe('node.md', 'js express', { 'http://127.0.0.1:4700': unblink })
  type Express = RequestListener & {
    get(
      path: string,
      answer: (request: unknown, response: { type(name: string): { send(text: string): void } }) => void,
    ): void
  }
  const { app } = await runRecipe<{ app: Express }>(code!, '\nexport { app }\n')
  app.get('/', (_request, response) => response.type('html').send(page))
  return listenTo(app)
}

async function startHono({ unblink, page }: FrontOptions): Promise<Running> {
  const [code] = await readRecipe('node.md', 'js hono', { 'http://127.0.0.1:4700': unblink })
  const { app } = await runRecipe<{ app: Hono }>(code!, '\nexport { app }\n')
  app.get('/', (c) => c.html(page))
  return listenTo(getRequestListener(app.fetch))
}

type Answer = (request: Request) => Promise<Response | undefined>

/** A function of an edge platform, with the page where the platform has its own. */
const startFunction = (answer: Answer, page: string): Promise<Running> =>
  listen(
    createServer(
      getRequestListener(async (request) =>
        new URL(request.url).pathname === '/'
          ? new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } })
          : ((await answer(request)) ?? new Response(null, { status: 404 })),
      ),
    ),
  )

async function startCloudflare({ unblink, page }: FrontOptions): Promise<Running> {
  const [code] = await readRecipe('cloudflare.md', 'js worker', { 'https://unblink.example': unblink })
  const { default: worker } = await runRecipe<{ default: { fetch: Answer } }>(code!)
  return startFunction((request) => worker.fetch(request), page)
}

async function startNetlify({ unblink, page }: FrontOptions): Promise<Running> {
  const [code] = await readRecipe('netlify.md', 'js edge-function', { 'https://unblink.example': unblink })
  const { default: answer, config } = await runRecipe<{ default: Answer; config: { path: string } }>(code!)
  const isOurs = (request: Request) => new URL(request.url).pathname.startsWith(config.path.replace(/\*$/, ''))
  return startFunction(async (request) => (isOurs(request) ? answer(request) : undefined), page)
}

const toMissing = (name: 'nginx' | 'caddy') =>
  findProgram(name) ? {} : { missing: `not run: there is no ${name} here. To have it: node scripts/ensure.mjs ${name}` }

export const FRONTS: readonly Front[] = [
  { name: 'nginx', ...toMissing('nginx'), start: startNginx },
  { name: 'Caddy', ...toMissing('caddy'), start: startCaddy },
  { name: 'Express', start: startExpress },
  { name: 'Hono', start: startHono },
  { name: 'a Cloudflare worker', start: startCloudflare },
  { name: 'a Netlify edge function', start: startNetlify },
]

/**
 * What a rewrite of Netlify's does, by its documentation: the request goes to the target with the target's own host, and otherwise
 * as it came; what `*` stood for is put in for `:splat`. https://docs.netlify.com/routing/redirects/rewrites-proxies/
 */
export const startRewrite = ([from, to]: readonly [from: string, to: string], page: string, port: number) => {
  const prefix = from.replace(/\*$/, '')
  return listen(
    createServer(
      getRequestListener((request) => {
        const { pathname, search } = new URL(request.url)
        if (!pathname.startsWith(prefix))
          return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } })
        const headers = new Headers(request.headers)
        for (const name of ['host', 'connection', 'content-length']) headers.delete(name)
        headers.set('accept-encoding', 'identity')
        const { method, body } = request
        const init = { method, headers, redirect: 'manual', ...(body && { body, duplex: 'half' }) } as RequestInit
        return fetch(to.replace(':splat', pathname.slice(prefix.length)) + search, init)
      }),
    ),
    port,
  )
}
