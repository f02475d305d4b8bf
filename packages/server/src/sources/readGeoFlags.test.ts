import { expect, test } from 'vitest'
import { readGeoFlags } from './readGeoFlags.ts'

test('flags say where to look', () => {
  expect(readGeoFlags({})).toBeUndefined()
  expect(readGeoFlags({ 'geo-db': 'a.mmdb', 'geo-city': true })).toMatchObject({ database: 'a.mmdb', city: true })
  const flags = {
    'geo-headers': 'country=CF-IPCountry, region = CF-Region-Code',
    'proxy-hops': '2',
    'trust-proxy': true,
  }
  expect(readGeoFlags(flags)).toMatchObject({ headers: { country: 'CF-IPCountry', region: 'CF-Region-Code' }, hops: 2 })
})

test.each<[Parameters<typeof readGeoFlags>[0], string]>([
  [{ 'geo-headers': 'country=A' }, 'add --trust-proxy'],
  [{ 'proxy-hops': '2' }, 'add --trust-proxy'],
  [{ 'proxy-hops': '0', 'trust-proxy': true }, 'expected a number from 1 to 20'],
  [{ 'geo-city': true }, 'add --geo-db FILE or --geo-headers LIST'],
  [{ 'geo-headers': 'county=A', 'trust-proxy': true }, 'did you mean "country"?'],
  [{ 'geo-headers': 'CF-IPCountry', 'trust-proxy': true }, 'expected a list like country=CF-IPCountry'],
  [{ 'geo-headers': 'region=A', 'trust-proxy': true }, 'expected the country too'],
])('%j is refused, and the error says what to do', (flags, message) => {
  expect(() => readGeoFlags(flags)).toThrow(message)
})
