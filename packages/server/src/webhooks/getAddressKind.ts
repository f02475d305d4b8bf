import { isIP } from 'node:net'

/**
 * Whom an address of the network reaches: anybody (`public`), this machine (`loopback`), this network (`private`), or
 * something that no receiver has: link-local addresses, where clouds keep their metadata, multicast, documentation,
 * and what is reserved (`other`).
 */
export type AddressKind = 'public' | 'loopback' | 'private' | 'other'

type Range = readonly [address: string, bits: number, kind: AddressKind]

/** What is not public, https://www.iana.org/assignments/iana-ipv4-special-registry */
const RANGES: readonly Range[] = [
  ['0.0.0.0', 8, 'other'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['127.0.0.0', 8, 'loopback'],
  ['168.63.129.16', 32, 'other'], // Azure's own, beside its metadata
  ['169.254.0.0', 16, 'other'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'other'],
  ['192.0.2.0', 24, 'other'],
  ['192.88.99.0', 24, 'other'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'other'],
  ['198.51.100.0', 24, 'other'],
  ['203.0.113.0', 24, 'other'],
  ['224.0.0.0', 4, 'other'],
  ['240.0.0.0', 4, 'other'],
]

const toNumber = (address: string): number =>
  address.split('.').reduce((number, part) => number * 256 + Number(part), 0)

const getKind4 = (number: number): AddressKind =>
  RANGES.find(([from, bits]) => {
    const size = 2 ** (32 - bits)
    return Math.floor(number / size) === Math.floor(toNumber(from) / size)
  })?.[2] ?? 'public'

/** The eight groups of an IPv6 address, however it is written. */
function toGroups(address: string): number[] {
  const text = address.replace(/(\d+\.\d+\.\d+\.\d+)$/, (inner) => {
    const number = toNumber(inner)
    return `${Math.floor(number / 65_536).toString(16)}:${(number % 65_536).toString(16)}`
  })
  const [head = '', tail] = text.split('::')
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)))
  const [first, last] = [parse(head), parse(tail ?? '')]
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last]
}

/** Of IPv6 only global unicast is public, and of that not what stands for something else or is for documentation. */
function getKind6(address: string): AddressKind {
  const groups = toGroups(address)
  const [a = 0, b = 0] = groups
  const inner = groups[6]! * 65_536 + groups[7]!
  const isZero = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0)
  if (isZero(0, 7) && groups[7] === 1) return 'loopback'
  // An IPv4 address inside: mapped, compatible (and so also ::), and translated by NAT64.
  if (isZero(0, 5) && (groups[5] === 0xffff || groups[5] === 0)) return getKind4(inner)
  if (a === 0x64 && b === 0xff9b && isZero(2, 6)) return getKind4(inner)
  if ((a & 0xfe00) === 0xfc00) return 'private'
  if ((a & 0xe000) !== 0x2000) return 'other'
  // Teredo and other special uses, documentation, 6to4.
  if (a === 0x2001 && (b < 0x200 || b === 0xdb8)) return 'other'
  return a === 0x2002 || (a === 0x3fff && b < 0x1000) ? 'other' : 'public'
}

/** What cannot be read as an address is `other`. Brackets and a zone are allowed. */
export function getAddressKind(text: string): AddressKind {
  const address = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  switch (isIP(address)) {
    case 4:
      return getKind4(toNumber(address))
    case 6:
      return getKind6(address)
    default:
      return 'other'
  }
}
