import { getClientAddress } from '../http/getClientAddress.ts'
import type { ReadHeader } from '../http/getPublicUrl.ts'
import type { Log } from '../log.ts'
import type { Registry } from '../metrics/createRegistry.ts'
import { GeoError } from './GeoError.ts'
import { openGeoDatabase } from './openGeoDatabase.ts'
import { readGeoHeaders, type GeoFacts, type GeoHeaders } from './readGeoHeaders.ts'

/** How the server learns where a visitor is. Without any of it, it does not. */
export interface GeoOptions {
  /** An IP database, a file in the format of MaxMind; read again when it is replaced. */
  readonly database?: string | undefined
  /** Headers that a proxy of one's own sets, or takes off: see `trustProxy`. What they say counts before the database. */
  readonly headers?: GeoHeaders | undefined
  /** Tells the city too, of visitors who agreed to personalization. @default false */
  readonly city?: boolean | undefined
  /** How many proxies of one's own each request comes through, which add to X-Forwarded-For. @default 1 */
  readonly hops?: number | undefined
}

export interface GeoRequest {
  readonly header: ReadHeader
  /** The other end of the connection. Looked up, and forgotten at once. */
  readonly address?: string | undefined
  /** Whether more than the country may be told: with consent to personalization. */
  readonly isPersonal: boolean
}

/** Tells where visitors are. */
export interface Geo {
  /** Undefined where that is not known, or nobody is to know. */
  read(request: GeoRequest): GeoFacts | undefined
  close(): void
}

export interface OpenGeoInput {
  readonly options: GeoOptions | undefined
  readonly trustProxy: boolean
  readonly registry: Registry
  readonly log: Log
}

const NOBODY: Geo = { read: () => undefined, close() {} }

/** Rejects with a GeoError when the options do not go together, or the database cannot be read. */
export async function openGeo({ options = {}, trustProxy, registry, log }: OpenGeoInput): Promise<Geo> {
  const { database: file, headers, city: isCityTold = false, hops = 1 } = options
  if (headers && !trustProxy)
    throw new GeoError(
      'Headers about places are believed only behind a proxy of your own, which sets them or takes them off: anybody can send them. Add --trust-proxy (`trustProxy`), or leave --geo-headers out.',
    )
  if (!(Number.isInteger(hops) && hops >= 1 && hops <= 20))
    throw new GeoError(`hops: expected a number of proxies from 1 to 20, got ${hops}.`)
  if (!headers && file === undefined) return NOBODY
  const database = file === undefined ? undefined : await openGeoDatabase({ file, log })
  const answers = registry.counter('unblink_geo_total', 'Requests whose place was looked up.', 'answer', [
    'header',
    'database',
    'unknown',
  ])
  if (database)
    registry.gauge('unblink_geo_db_built_timestamp_seconds', 'When the IP database was made.', () => database.builtAt)

  const find = ({ header, address }: GeoRequest): GeoFacts | undefined => {
    const told = headers && readGeoHeaders(headers, header)
    if (told) return (answers.add(1, 'header'), told)
    const client = database && getClientAddress({ header, address, trustProxy, hops })
    const found = client === undefined ? undefined : database?.find(client)
    answers.add(1, found ? 'database' : 'unknown')
    return found
  }

  return {
    read(request) {
      const found = find(request)
      if (!found) return undefined
      const { country, region, city } = found
      if (!request.isPersonal) return { country }
      return {
        country,
        ...(region === undefined ? {} : { region }),
        ...(isCityTold && city !== undefined ? { city } : {}),
      }
    },
    close: () => database?.close(),
  }
}
