import fc from 'fast-check'
import { expect, test } from 'vitest'
import { getAddressKind } from './getAddressKind.ts'

test.each([
  ['8.8.8.8', 'public'],
  ['172.15.255.255', 'public'],
  ['172.32.0.1', 'public'],
  ['100.63.255.255', 'public'],
  ['2606:4700::1111', 'public'],
  ['2001:4860:4860::8888', 'public'],
  ['64:ff9b::8.8.8.8', 'public'],
  ['::ffff:8.8.8.8', 'public'],
  ['127.0.0.1', 'loopback'],
  ['127.255.0.3', 'loopback'],
  ['::1', 'loopback'],
  ['0:0:0:0:0:0:0:1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['::127.0.0.1', 'loopback'],
  ['64:ff9b::127.0.0.1', 'loopback'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.0.1', 'private'],
  ['100.100.100.200', 'private'],
  ['fd00:ec2::254', 'private'],
  ['fc00::1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['64:ff9b::a00:1', 'private'],
  ['169.254.169.254', 'other'],
  ['::ffff:169.254.169.254', 'other'],
  ['64:ff9b::169.254.169.254', 'other'],
  ['64:ff9b:1::1', 'other'],
  ['168.63.129.16', 'other'],
  ['0.0.0.0', 'other'],
  ['0.1.2.3', 'other'],
  ['::', 'other'],
  ['fe80::1', 'other'],
  ['fe80::1%eth0', 'other'],
  ['fec0::1', 'other'],
  ['ff02::1', 'other'],
  ['2001::1', 'other'],
  ['2001:db8::1', 'other'],
  ['2002:7f00:1::', 'other'],
  ['2002:808:808::', 'other'],
  ['3fff::1', 'other'],
  ['100::1', 'other'],
  ['192.0.2.1', 'other'],
  ['198.18.0.1', 'other'],
  ['198.51.100.7', 'other'],
  ['203.0.113.9', 'other'],
  ['224.0.0.1', 'other'],
  ['240.0.0.1', 'other'],
  ['255.255.255.255', 'other'],
  ['localhost', 'other'],
  ['', 'other'],
  ['1.2.3', 'other'],
])('%s is %s', (address, kind) => {
  expect(getAddressKind(address)).toBe(kind)
})

test('an IPv4 address is the same however IPv6 carries it', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
      const hex = `${Math.floor(number / 65_536).toString(16)}:${(number % 65_536).toString(16)}`
      const kind = getAddressKind(address)
      const forms = [`::ffff:${address}`, `::ffff:${hex}`, `[64:ff9b::${address}]`, `64:ff9b:0:0:0:0:${hex}`]
      // ::1 has a meaning of its own, and so has ::.
      expect(forms.map(getAddressKind)).toEqual(forms.map(() => kind))
    }),
  )
})

test('how an address is written makes no difference', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      expect(getAddressKind(new URL(`http://[${address}]`).hostname)).toBe(getAddressKind(address))
    }),
  )
})
