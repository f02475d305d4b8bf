import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Ga4Event {
  readonly name: string
  readonly timestamp_micros?: number
  readonly params?: Readonly<Record<string, string | number>>
}
export interface Ga4Body {
  readonly client_id: string
  readonly events: readonly Ga4Event[]
}

/** Those that the reference lists, https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference#reserved_names. */
const RESERVED =
  /^(ad_(activeview|click|exposure|query|reward)|adunit_exposure|app_(clear_data|exception|install|remove|store_refund|update|upgrade)|dynamic_link_(app_open|app_update|first_open)|error|firebase_.*|first_open|first_visit|in_app_purchase|notification_.*|os_update|session_start|user_engagement)$/
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/
const LONGER: Readonly<Record<string, number>> = { page_title: 300, page_location: 1_000, page_referrer: 420 }

/**
 * What the validation server of the Measurement Protocol objects to,
 * https://developers.google.com/analytics/devguides/collection/protocol/ga4/validating-events, by the limits that
 * https://developers.google.com/analytics/devguides/collection/protocol/ga4/sending-events#limitations gives.
 */
export function findGa4Faults(text: string, now: number): readonly string[] {
  if (Buffer.byteLength(text) >= 130_000) return ['BODY_TOO_LARGE']
  let body: Partial<Ga4Body>
  try {
    body = JSON.parse(text) as Partial<Ga4Body>
  } catch {
    return ['VALUE_INVALID: no JSON']
  }
  const faults: string[] = []
  if (typeof body.client_id !== 'string' || body.client_id === '') faults.push('VALUE_REQUIRED: client_id')
  if (!Array.isArray(body.events) || body.events.length === 0) return [...faults, 'VALUE_REQUIRED: events']
  if (body.events.length > 25) faults.push('EXCEEDED_MAX_ENTITIES: events')
  for (const { name, timestamp_micros: micros, params = {} } of body.events as Ga4Event[]) {
    if (!NAME.test(name)) faults.push(`NAME_INVALID: ${name}`)
    if (name.length > 40) faults.push(`NAME_TOO_LONG: ${name}`)
    if (RESERVED.test(name)) faults.push(`NAME_RESERVED: ${name}`)
    if (micros !== undefined && (!Number.isInteger(micros) || micros / 1_000 < now - 72 * 3_600_000))
      faults.push(`VALUE_OUT_OF_BOUNDS: timestamp_micros ${micros}`)
    if (Object.keys(params).length > 25) faults.push(`EXCEEDED_MAX_ENTITIES: params of ${name}`)
    for (const [param, value] of Object.entries(params)) {
      if (!NAME.test(param) || param.length > 40) faults.push(`NAME_INVALID: ${name}.${param}`)
      if (/^(_|firebase_|ga_|google_|gtag\.)/.test(param)) faults.push(`NAME_RESERVED: ${name}.${param}`)
      if (typeof value !== 'string' && typeof value !== 'number') faults.push(`VALUE_INVALID: ${name}.${param}`)
      if (typeof value === 'string' && [...value].length > (LONGER[param] ?? 100))
        faults.push(`VALUE_TOO_LONG: ${name}.${param}`)
    }
  }
  return faults
}

export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/**
 * A stand-in for Google Analytics: `/mp/collect` answers 204 to whatever it is sent, as the real one does, and takes what is
 * right; `/debug/mp/collect` says what is wrong.
 */
export async function startGa4({ measurementId = 'G-TEST1234', apiSecret = 'the-secret' } = {}) {
  const taken: Ga4Body[] = []
  const faults: string[] = []
  let status = 204
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const text = await readText(request)
    if (request.method !== 'POST') return void response.writeHead(405).end()
    if (status !== 204) return void response.writeHead(status).end()
    const isKnown =
      url.searchParams.get('measurement_id') === measurementId && url.searchParams.get('api_secret') === apiSecret
    const found = [...(isKnown ? [] : ['unknown stream or secret']), ...findGa4Faults(text, Date.now())]
    if (url.pathname === '/debug/mp/collect') {
      const validationMessages = found.map((description) => ({ description }))
      return void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ validationMessages }))
    }
    faults.push(...found)
    if (found.length === 0) taken.push(JSON.parse(text) as Ga4Body)
    response.writeHead(204).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    endpoint: `${url}/mp/collect`,
    debug: `${url}/debug/mp/collect`,
    measurementId,
    apiSecret,
    taken,
    faults,
    /** Answers everything so from now on; 204 is how it should be. */
    answer: (next: number) => void (status = next),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
