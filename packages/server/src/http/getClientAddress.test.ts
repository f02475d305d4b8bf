import { expect, test } from 'vitest'
import { getClientAddress } from './getClientAddress.ts'

const get = (forwarded: string | undefined, { hops = 1, trustProxy = true, address = '10.0.0.1' } = {}) =>
  getClientAddress({
    header: (name) => (name === 'x-forwarded-for' ? forwarded : undefined),
    address,
    trustProxy,
    hops,
  })

test.each<[string | undefined, number, string | undefined]>([
  ['192.0.2.9', 1, '192.0.2.9'],
  // The visitor sent the first one.
  ['8.8.8.8, 192.0.2.9', 1, '192.0.2.9'],
  ['8.8.8.8, 192.0.2.9, 198.51.100.1', 2, '192.0.2.9'],
  // It came around one of the proxies.
  ['192.0.2.9', 2, undefined],
  ['192.0.2.9:4711', 1, '192.0.2.9'],
  ['[2001:db8::9]:4711', 1, '2001:db8::9'],
  ['2001:db8::9', 1, '2001:db8::9'],
  ['fe80::1%eth0', 1, 'fe80::1'],
  ['::ffff:192.0.2.9', 1, '192.0.2.9'],
  ['"192.0.2.9"', 1, '192.0.2.9'],
  ['unknown', 1, undefined],
  ['', 1, undefined],
  // The connection's other end is the proxy.
  [undefined, 1, undefined],
])('behind %s with %i proxies it is %s', (forwarded, hops, expected) => {
  expect(get(forwarded, { hops })).toBe(expected)
})

test('without a trusted proxy it is the other end of the connection, whatever is sent', () => {
  expect(get('8.8.8.8', { trustProxy: false, address: '::ffff:192.0.2.9' })).toBe('192.0.2.9')
})
