import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { encodeMmdb, type MmdbInput } from '../../test/encodeMmdb.ts'
import type { LogRecord } from '../log.ts'
import { openGeoDatabase, type GeoDatabase } from './openGeoDatabase.ts'

const ZURICH = {
  country: { iso_code: 'CH' },
  subdivisions: [{ iso_code: 'ZH' }],
  city: { names: { en: 'Zürich', de: 'Zürich' } },
  location: { latitude: 47.4, longitude: -0.5 },
}
const networks: MmdbInput['networks'] = {
  '192.0.2.0/24': ZURICH,
  '192.0.2.128/25': { country: { iso_code: 'DE' } },
  '198.51.100.0/24': { country_code: 'FR', region_code: 'IDF', city: 'Paris' },
  '203.0.113.0/24': { country: 'gb' },
  '203.0.113.7/32': { registered_country: { iso_code: 'US' } },
}

let folder = ''
let logs: LogRecord[] = []
const open: GeoDatabase[] = []
beforeEach(async () => {
  logs = []
  folder = await mkdtemp(join(tmpdir(), 'unblink-geo-'))
})
afterEach(async () => {
  for (const one of open.splice(0)) one.close()
  await rm(folder, { recursive: true })
})

const openBytes = async (bytes: Uint8Array) => {
  const file = join(folder, 'places.mmdb')
  await writeFile(file, bytes)
  const database = await openGeoDatabase({ file, log: (record) => void logs.push(record), settleMs: 20 })
  open.push(database)
  return { file, database }
}

test.each([4, 6] as const)('a database of IPv%s tells where addresses are', async (ipVersion) => {
  const { database } = await openBytes(encodeMmdb({ ipVersion, networks }))
  expect(database.find('192.0.2.9')).toEqual({ country: 'CH', region: 'ZH', city: 'Zürich' })
  expect(database.find('192.0.2.200')).toEqual({ country: 'DE' })
  expect(database.find('198.51.100.1')).toEqual({ country: 'FR', region: 'IDF', city: 'Paris' })
  expect(database.find('203.0.113.1')).toEqual({ country: 'GB' })
  expect(database.find('203.0.113.7')).toBeUndefined()
  expect(database.find('10.0.0.1')).toBeUndefined()
  expect(database.builtAt).toBe(1_700_000_000)
})

test('IPv6 is found in a database of IPv6, and nowhere in one of IPv4', async () => {
  const six = { '2001:db8::/32': ZURICH, '2001:db8:1::/48': { country: { iso_code: 'AT' } }, ...networks }
  const { database } = await openBytes(encodeMmdb({ ipVersion: 6, networks: six }))
  expect(database.find('2001:db8::9')).toMatchObject({ country: 'CH' })
  expect(database.find('2001:db8:1:2::9')).toEqual({ country: 'AT' })
  expect(database.find('2001:db9::1')).toBeUndefined()
  const { database: four } = await openBytes(encodeMmdb({ ipVersion: 4, networks }))
  expect(four.find('2001:db8::9')).toBeUndefined()
  expect(four.find('no address')).toBeUndefined()
})

test('one that is replaced is read again, and one that cannot be read leaves the last in force', async () => {
  const { file, database } = await openBytes(encodeMmdb({ ipVersion: 4, networks }))
  const replace = async (bytes: Uint8Array) => {
    await writeFile(`${file}.new`, bytes)
    await rename(`${file}.new`, file)
  }
  const next = encodeMmdb({ ipVersion: 4, networks: { '192.0.2.0/24': { country: 'IT' } }, builtAt: 1_800_000_000 })
  await replace(next)
  await vi.waitFor(() => expect(database.find('192.0.2.9')).toEqual({ country: 'IT' }), 20_000)
  expect(database.builtAt).toBe(1_800_000_000)
  await replace(next.subarray(0, next.length - 40))
  const refused = expect.objectContaining({ code: 'geo_db_refused', level: 'error' }) as unknown
  await vi.waitFor(() => expect(logs).toContainEqual(refused), 20_000)
  expect(database.find('192.0.2.9')).toEqual({ country: 'IT' })
}, 60_000)

test.each<[string, Uint8Array, string]>([
  ['text', Buffer.from('country,CH\n'), 'it is no MaxMind database'],
  ['packed', gzipSync('x'), 'it is packed; unpack it with gunzip'],
  ['empty', Buffer.alloc(0), 'it is no MaxMind database'],
])('a file that is %s is refused at the start', async (_name, bytes, message) => {
  await expect(openBytes(bytes)).rejects.toThrow(message)
})

test('a file that is not there is refused at the start', async () => {
  const file = join(folder, 'none.mmdb')
  await expect(openGeoDatabase({ file, log: () => {} })).rejects.toThrow(
    /^--geo-db .*none\.mmdb cannot be used: ENOENT/,
  )
})
