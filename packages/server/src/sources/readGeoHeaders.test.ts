import { expect, test } from 'vitest'
import { readGeoHeaders, type GeoFacts } from './readGeoHeaders.ts'

test.each<[Readonly<Record<string, string>>, GeoFacts | undefined]>([
  [
    { c: 'CH', r: 'ZH', t: 'Zurich' },
    { country: 'CH', region: 'ZH', city: 'Zurich' },
  ],
  [
    { c: 'ch', r: 'CH-ZH' },
    { country: 'CH', region: 'ZH' },
  ],
  [
    { c: 'BR', t: 'S%C3%A3o%20Paulo' },
    { country: 'BR', city: 'São Paulo' },
  ],
  // What HTTP makes of UTF-8.
  [
    { c: 'BR', t: Buffer.from('São Paulo').toString('latin1') },
    { country: 'BR', city: 'São Paulo' },
  ],
  [{ c: 'US', r: '<script>', t: '50% <b>' }, { country: 'US' }],
  [{ c: 'XX', r: 'ZH' }, undefined],
  [{ c: 'T1' }, undefined],
  [{ c: 'Switzerland' }, undefined],
  [{ r: 'ZH', t: 'Zurich' }, undefined],
])('%j', (headers, expected) => {
  expect(readGeoHeaders({ country: 'c', region: 'r', city: 't' }, (name) => headers[name])).toEqual(expected)
})
