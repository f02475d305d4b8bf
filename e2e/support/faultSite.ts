import { getRequestListener } from '@hono/node-server'
import type { AnyEvent } from '@unblink/protocol'
import { createServer as createUnblink, parseSite } from '@unblink/server'
import Database from 'libsql'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXPIRED } from './faultCertificate.ts'
import { renderScene, type Handler, type Pieces, type Scene } from './faultPage.ts'

const SDK_DIR = dirname(createRequire(import.meta.url).resolve('@unblink/browser/unblink.js'))

const parsed = parseSite({
  id: 'faults',
  keys: { browser: 'pk_test', server: 'sk_test_0123456789' },
  consent: { personalization: 'granted', analytics: 'granted' },
  slots: { hero: {}, promo: {}, help: {} },
  experiences: [
    {
      id: 'welcome',
      slot: 'hero',
      kind: 'personalization',
      variants: [{ id: 'green', content: { template: 'hero-variant' } }],
    },
    { id: 'offer', slot: 'promo', kind: 'experiment', variants: [{ id: 'control' }] },
  ],
})

/** One request to a scene. */
export interface Received {
  readonly method: string
  /** Relative to the scene: `u/v1/p`. */
  readonly path: string
  /** Cookies that the answer sets. */
  setCookie: readonly string[]
  /** The client went away before the answer was whole. */
  isAborted: boolean
}

/** One view of a scene: where it is, and what it left on the server. */
export interface OpenScene {
  readonly url: string
  /** The same page under another origin. */
  readonly foreignUrl: string
  readonly scene: Scene
  readonly received: readonly Received[]
  /** Bodies of policy reports. */
  readonly reports: readonly string[]
  /** What the collector has stored of this page, read from the database file itself. */
  events(): readonly AnyEvent[]
}

export interface FaultSite {
  readonly origin: string
  readonly foreignOrigin: string
  /** Nothing listens there. */
  readonly closedOrigin: string
  /** Shows a certificate that nobody has signed and that has expired. */
  readonly expiredOrigin: string
  open(scene?: Scene): OpenScene
  close(): Promise<void>
}

/** Runs the real server behind pages and proxies that go wrong in the way their scene says. One for many scenes. */
export async function startFaultSite(): Promise<FaultSite> {
  if (!parsed.ok) throw new Error(parsed.error)
  const dataDir = await mkdtemp(join(tmpdir(), 'unblink-faults-'))
  const unblink = await createUnblink({ site: parsed.value, dataDir, sdkDir: SDK_DIR })
  const listener = getRequestListener(unblink.app.fetch)
  const scenes = new Map<string, OpenScene & { received: Received[]; reports: string[] }>()

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    // A client that goes away in the middle is what many scenes are about.
    response.on('error', () => {})
    const [, id = '', ...rest] = new URL(request.url ?? '/', 'http://localhost').pathname.split('/')
    const path = rest.join('/')
    const open = scenes.get(id)
    if (!open) return response.writeHead(404).end()
    const received = { method: request.method ?? '', path, setCookie: [] as readonly string[], isAborted: false }
    open.received.push(received)
    response.on('close', () => {
      received.isAborted = !response.writableFinished
      received.setCookie = [response.getHeader('set-cookie') ?? []].flat().map(String)
    })
    const answer = () => {
      request.url = request.url!.replace(`/${id}/u`, '')
      void listener(request, response)
    }
    const own = getHandler(open.scene, path, (report) => open.reports.push(report), foreignOrigin)
    if (own) return own({ request, response, answer })
    return path.startsWith('u/') ? answer() : response.writeHead(404).end()
  }
  const server = createServer(handle)
  const port = await listen(server)
  const origin = `http://127.0.0.1:${port}`
  const foreignOrigin = `http://localhost:${port}`
  const tls = createTlsServer(EXPIRED, (_, response) => response.end('{}'))
  const closed = createServer()
  const [tlsPort, closedPort] = await Promise.all([tls, closed].map((one) => listen(one)))
  await new Promise((resolve) => closed.close(resolve))

  const readEvents = (location: string): readonly AnyEvent[] => {
    const database = new Database(join(dataDir, 'unblink.db'), { readonly: true })
    try {
      type Row = {
        id: string
        view: string
        seq: number
        type: string
        at: number
        mt: number
        location: string
        payload: string
      }
      const rows = database.prepare('SELECT * FROM events WHERE location = ? ORDER BY position').all(location) as Row[]
      return rows.map(({ id, view, seq, type, at, mt, location, payload }) => {
        return { i: id, n: seq, pv: view, t: type, at, mt, lo: location, p: JSON.parse(payload) as unknown } as AnyEvent
      })
    } finally {
      database.close()
    }
  }

  return {
    origin,
    foreignOrigin,
    closedOrigin: `http://127.0.0.1:${closedPort}`,
    expiredOrigin: `https://127.0.0.1:${tlsPort}`,
    open(scene = {}) {
      const path = `/s${scenes.size + 1}/`
      const open = {
        url: origin + path,
        foreignUrl: foreignOrigin + path,
        scene,
        received: [],
        reports: [],
        events: () => readEvents(path),
      }
      scenes.set(path.slice(1, -1), open)
      return open
    },
    async close() {
      server.closeAllConnections()
      tls.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await new Promise((resolve) => tls.close(resolve))
      await unblink.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function getHandler(
  scene: Scene,
  path: string,
  report: (body: string) => void,
  foreignOrigin: string,
): Handler | undefined {
  if (path === '')
    return ({ request, response }) => sendPage(response, scene, request.url!.split('?')[0]!, foreignOrigin)
  if (path === 'canary') return ({ response }) => response.writeHead(200, { 'content-type': 'text/plain' }).end('tweet')
  if (path === 'report')
    return async ({ request, response }) => {
      report(await readBody(request))
      response.writeHead(204).end()
    }
  if (path === 'u/v1/p') return scene.profile
  if (path === 'u/unblink.js') return scene.runtime
  return scene.files?.[path]
}

async function sendPage(response: ServerResponse, scene: Scene, path: string, foreignOrigin: string): Promise<void> {
  const headers = Object.entries(scene.headers ?? {}).map(([name, value]) => [
    name,
    value.replaceAll('$REPORT', `${path}report`),
  ])
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...Object.fromEntries(headers) })
  await sendPieces(response, renderScene(scene, path, foreignOrigin))
}

export async function sendPieces(response: ServerResponse, pieces: Pieces): Promise<void> {
  for (const piece of pieces) {
    if (typeof piece === 'number') await sleep(piece)
    else response.write(piece)
  }
  response.end()
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
