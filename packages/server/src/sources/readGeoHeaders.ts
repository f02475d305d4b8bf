import type { ReadHeader } from '../http/getPublicUrl.ts'

/** Where a visitor is, as far as their address tells. */
export interface GeoFacts {
  /** ISO 3166-1, two capital letters. */
  readonly country: string
  /** The part of ISO 3166-2 behind the country, `ZH`; left out where it is not known. */
  readonly region?: string
  /** Its name; left out where it is not known. */
  readonly city?: string
}

/** Names of the headers in which one's own proxy or network tells where a visitor is. */
export interface GeoHeaders {
  /** Like `CF-IPCountry`, `CloudFront-Viewer-Country`, `X-Vercel-IP-Country`. */
  readonly country: string
  readonly region?: string
  readonly city?: string
}

/** What networks write where they do not know: `XX` Cloudflare, `ZZ` CLDR, and continents of old databases. */
const NOWHERE = ['XX', 'ZZ', 'EU', 'AP']
const REGION = /^[A-Z0-9]{1,3}$/
const CITY = /^[\p{L}\p{M}\p{N} .,'’()-]{1,80}$/u

export const toCountry = (text: unknown): string | undefined => {
  const country = typeof text === 'string' ? text.trim().toUpperCase() : ''
  return /^[A-Z]{2}$/.test(country) && !NOWHERE.includes(country) ? country : undefined
}

/** `ch-zh` and `ZH` are one region. */
export const toRegion = (text: unknown, country: string): string | undefined => {
  const region = typeof text === 'string' ? text.trim().toUpperCase() : ''
  const own = region.startsWith(`${country}-`) ? region.slice(country.length + 1) : region
  return REGION.test(own) ? own : undefined
}

export const toCity = (text: unknown): string | undefined => {
  const city = typeof text === 'string' ? text.trim() : ''
  return CITY.test(city) ? city : undefined
}

/** Some write what is no ASCII in percent, others in UTF-8, which HTTP reads as Latin-1. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.includes('%') ? text : Buffer.from(text, 'latin1').toString('utf8'))
  } catch {
    return text
  }
}

/** Where the headers say that the visitor is; undefined where they name no country. Pure. */
export function readGeoHeaders(names: GeoHeaders, header: ReadHeader): GeoFacts | undefined {
  const country = toCountry(header(names.country))
  if (country === undefined) return undefined
  const region = names.region === undefined ? undefined : toRegion(header(names.region), country)
  const city = names.city === undefined ? undefined : toCity(decode(header(names.city) ?? ''))
  return { country, ...(region === undefined ? {} : { region }), ...(city === undefined ? {} : { city }) }
}
