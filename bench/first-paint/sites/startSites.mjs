import { readFileSync } from 'node:fs'
import * as http2 from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSecureContext } from 'node:tls'
import { brotliCompressSync } from 'node:zlib'
import { makeHeroImage } from '../page/makeHeroImage.mjs'
import { renderStyles } from '../page/renderStyles.mjs'
import { createCertificates } from './createCertificates.mjs'
import { FIRST_PARTY_PREFIX, HOSTS, WARM_PATH } from './hosts.mjs'
import { sendPage } from './sendPage.mjs'

const STYLES_MS = 30
const ASSET_MS = 60
/** How fast files arrive: 10 Mbit/s. */
const BYTES_PER_MS = 1250

const compressed = new WeakMap()
function compress(bytes) {
  if (!compressed.has(bytes)) compressed.set(bytes, brotliCompressSync(bytes))
  return compressed.get(bytes)
}

const readBody = async (request) => {
  const pieces = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** How a contender sees the sites: where its script and its endpoint are in this scenario. */
const describeSite = (contender, scenario) => ({
  page: `https://${HOSTS.page}`,
  api: `https://${HOSTS.api}`,
  deadlineMs: scenario.deadlineMs,
  script(name) {
    if (scenario.libraryFault === 'refused') return `https://${HOSTS.refused}/${name}`
    return contender.isFirstParty ? `${FIRST_PARTY_PREFIX}/${name}` : `https://${HOSTS.cdn}/${name}`
  },
})

/**
 * One HTTPS server on loopback that plays the page's site, the vendor's CDN and the vendor's endpoint, and makes every
 * delay. `play` chooses who is on; `requests` is what has been asked since, beyond the page itself.
 */
export async function startSites({ fontFile }) {
  const { key, keyHash, certificates } = createCertificates([HOSTS.page, HOSTS.cdn, HOSTS.api])
  const contexts = new Map(
    Object.entries(certificates).map(([host, cert]) => [host, createSecureContext({ key, cert })]),
  )
  const assets = {
    '/page.css': { type: 'text/css', bytes: Buffer.from(renderStyles()), waitMs: STYLES_MS, isText: true },
    '/text.woff2': { type: 'font/woff2', bytes: readFileSync(fontFile), waitMs: ASSET_MS },
    '/hero.png': { type: 'image/png', bytes: makeHeroImage(), waitMs: ASSET_MS },
  }
  const sessions = new Set()
  let playing
  let requests = []

  const answer = async (request, response) => {
    const { contender, scenario, site } = playing
    const log = requests
    const host = request.authority
    const body = await readBody(request)
    const cors = {
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-credentials': 'true',
      'timing-allow-origin': '*',
      'cache-control': 'no-store',
    }
    const note = (path, sent) => log.push({ method: request.method, host, path, sent, received: body.length })
    const send = (status, headers, bytes) => {
      if (response.stream.destroyed) return
      response.writeHead(status, { ...cors, ...headers })
      response.end(bytes)
    }
    const sendFile = async ({ type, bytes, isText }, waitMs) => {
      const packed = isText ? compress(bytes) : bytes
      await sleep(waitMs + packed.length / BYTES_PER_MS)
      send(200, { 'content-type': type, ...(isText ? { 'content-encoding': 'br' } : {}) }, packed)
      return packed.length
    }

    if (host === HOSTS.page && !request.url.startsWith(`${FIRST_PARTY_PREFIX}/`)) {
      if (request.url === '/') return sendPage(response, { contender, scenario, site, headers: cors })
      const asset = assets[request.url]
      if (asset) return sendFile(asset, asset.waitMs)
      const status = request.url === WARM_PATH ? 200 : 404
      return send(status, { 'content-type': 'text/html' }, '<!doctype html><title>Another page</title><p>Another page')
    }

    const path = host === HOSTS.page ? request.url.slice(FIRST_PARTY_PREFIX.length) : request.url
    if (request.method === 'OPTIONS') {
      note(path, 0)
      const allowed = request.headers['access-control-request-headers'] ?? '*'
      const methods = { 'access-control-allow-methods': 'GET, POST, PUT', 'access-control-allow-headers': allowed }
      return send(204, methods)
    }
    const file = contender.files?.[path.slice(1)]
    if (file) {
      if (scenario.libraryFault === 'hanging') return note(path, 0)
      const sent = await sendFile({ type: 'text/javascript', bytes: file, isText: true }, scenario.libraryMs)
      return note(path, sent)
    }
    const reply = contender.replies?.find((each) => each.path.test(path))
    if (!reply) {
      note(path, 0)
      return send(404, { 'content-type': 'text/plain' }, `nobody answers ${path} for ${contender.name}`)
    }
    const waits = { profile: scenario.profileMs, library: scenario.libraryMs }
    const waitMs = waits[reply.wait] ?? reply.wait
    const value = reply.body({ path, body })
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    note(path, text.length)
    if (waitMs === Infinity) return
    await sleep(waitMs + text.length / BYTES_PER_MS)
    send(200, { 'content-type': 'application/json', ...reply.headers }, text)
  }

  const server = http2.createSecureServer({
    key,
    cert: certificates[HOSTS.page],
    noDelay: true,
    SNICallback: (host, done) => done(null, contexts.get(host)),
  })
  server.on('request', (request, response) => {
    // A browser that leaves in the middle of a request is how most runs end.
    answer(request, response).catch((error) => response.stream.destroyed || response.stream.destroy(error))
  })
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    session.on('error', () => session.destroy())
  })
  server.on('sessionError', () => {})
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))

  return {
    port: server.address().port,
    keyHash,
    /** Puts a contender on in a scenario and forgets earlier requests. */
    play(contender, scenario) {
      const own = { ...scenario, ...contender.overrides }
      playing = { contender, scenario: own, site: describeSite(contender, own) }
      requests = []
    },
    /** Asked since `play`, beyond the page itself: `{ method, host, path, sent, received }` in body bytes. */
    getRequests: () => requests,
    close() {
      server.close()
      for (const session of sessions) session.destroy()
    },
  }
}
