import { UsageError } from '../commands/UsageError.ts'
import { getClosest } from '../site/getClosest.ts'
import type { GeoOptions } from './openGeo.ts'
import type { GeoHeaders } from './readGeoHeaders.ts'

export const GEO_FLAGS = {
  'geo-db': { type: 'string' },
  'geo-headers': { type: 'string' },
  'geo-city': { type: 'boolean' },
  'proxy-hops': { type: 'string' },
} as const

export const GEO_USAGE = `  --geo-db FILE   an IP database (.mmdb) that tells where visitors are; read again when it is replaced
  --geo-headers LIST  headers of your proxy that tell it, like country=CF-IPCountry,region=CF-Region-Code
  --geo-city      tell the city too, of those who agreed to personalization
  --proxy-hops N  proxies that add to X-Forwarded-For before this server, with --trust-proxy (default 1)
`

interface Given {
  readonly 'geo-db'?: string | undefined
  readonly 'geo-headers'?: string | undefined
  readonly 'geo-city'?: boolean | undefined
  readonly 'proxy-hops'?: string | undefined
  readonly 'trust-proxy'?: boolean | undefined
}

const PARTS = ['country', 'region', 'city'] as const
const EXAMPLE = 'country=CF-IPCountry or country=CF-IPCountry,region=CF-Region-Code'

function parseHeaders(list: string): GeoHeaders {
  const pairs = list.split(',').map((pair): readonly [string, string] => {
    const [, part = '', name = ''] = /^\s*([a-z]+)\s*=\s*([A-Za-z0-9-]{1,60})\s*$/.exec(pair) ?? []
    if (PARTS.some((known) => known === part)) return [part, name]
    const closest = getClosest(part, PARTS)
    throw new UsageError(
      `--geo-headers ${list}: ${closest ? `did you mean "${closest}"?` : `expected a list like ${EXAMPLE}`}`,
    )
  })
  const { country, region, city } = Object.fromEntries(pairs) as Partial<Record<(typeof PARTS)[number], string>>
  if (country === undefined) throw new UsageError(`--geo-headers ${list}: expected the country too, like ${EXAMPLE}.`)
  return { country, ...(region === undefined ? {} : { region }), ...(city === undefined ? {} : { city }) }
}

/** What the flags say of places; undefined when they say nothing. Throws a UsageError. */
export function readGeoFlags(flags: Given): GeoOptions | undefined {
  const { 'geo-db': database, 'geo-headers': list, 'geo-city': city, 'proxy-hops': hops, 'trust-proxy': trust } = flags
  if (hops !== undefined && !trust)
    throw new UsageError('--proxy-hops counts proxies that are trusted; add --trust-proxy.')
  if (hops !== undefined && !/^([1-9]|1\d|20)$/.test(hops))
    throw new UsageError(`--proxy-hops ${hops}: expected a number from 1 to 20.`)
  if (list !== undefined && !trust)
    throw new UsageError(
      '--geo-headers are believed only behind a proxy that sets them or takes them off; add --trust-proxy.',
    )
  if (database === undefined && list === undefined) {
    if (city) throw new UsageError('--geo-city needs to know where to look; add --geo-db FILE or --geo-headers LIST.')
    return undefined
  }
  return {
    database,
    headers: list === undefined ? undefined : parseHeaders(list),
    city,
    hops: hops === undefined ? undefined : Number(hops),
  }
}
