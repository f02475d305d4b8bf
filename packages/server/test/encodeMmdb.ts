import { isIP } from 'node:net'

/**
 * Writes a small IP database in the MaxMind DB format, version 2.0 (https://maxmind.github.io/MaxMind-DB/): a search tree of
 * 24-bit records, the data, and the metadata behind their marker.
 */
export interface MmdbInput {
  /** 4: addresses of 32 bits only. 6: of 128 bits, where IPv4 has its place under ::/96. */
  readonly ipVersion: 4 | 6
  /** Records by network, `192.0.2.0/24` or `2001:db8::/32`; a smaller network wins over the larger that it lies in. */
  readonly networks: Readonly<Record<string, MmdbValue>>
  readonly type?: string
  /** Epoch seconds. */
  readonly builtAt?: number
}

export type MmdbValue =
  string | number | boolean | bigint | readonly MmdbValue[] | { readonly [name: string]: MmdbValue }

const STRING = 2
const DOUBLE = 3
const UINT16 = 5
const UINT32 = 6
const MAP = 7
const UINT64 = 9
const ARRAY = 11
const BOOLEAN = 14

/** The control byte, a byte for types above 7, and the size where it does not fit into five bits. */
function encodeHead(type: number, size: number): Buffer {
  const isExtended = type > 7
  const [short, rest] =
    size < 29 ? [size, []] : size < 285 ? [29, [size - 29]] : [30, [(size - 285) >> 8, (size - 285) & 0xff]]
  return Buffer.from([(isExtended ? 0 : type << 5) | short, ...(isExtended ? [type - 7] : []), ...rest])
}

function encodeUint(type: number, value: number | bigint): Buffer {
  const hex = value.toString(16)
  const bytes = BigInt(value) === 0n ? Buffer.alloc(0) : Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
  return Buffer.concat([encodeHead(type, bytes.length), bytes])
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value)
    return Buffer.concat([encodeHead(STRING, bytes.length), bytes])
  }
  if (typeof value === 'boolean') return encodeHead(BOOLEAN, value ? 1 : 0)
  if (typeof value === 'bigint') return encodeUint(UINT64, value)
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0) return encodeUint(value < 65_536 ? UINT16 : UINT32, value)
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    return Buffer.concat([encodeHead(DOUBLE, 8), bytes])
  }
  if (Array.isArray(value)) {
    const items = value as readonly MmdbValue[]
    return Buffer.concat([encodeHead(ARRAY, items.length), ...items.map(encode)])
  }
  const members = Object.entries(value as Readonly<Record<string, MmdbValue>>)
  return Buffer.concat([
    encodeHead(MAP, members.length),
    ...members.flatMap(([name, member]) => [encode(name), encode(member)]),
  ])
}

function toBits(address: string): string {
  const toBinary = (part: number, width: number) => part.toString(2).padStart(width, '0')
  if (isIP(address) === 4)
    return address
      .split('.')
      .map((part) => toBinary(Number(part), 8))
      .join('')
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const middle = tail === undefined ? [] : new Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...middle, ...after].map((group) => toBinary(parseInt(group, 16), 16)).join('')
}

/** A record of the tree: another node, the offset of data, or nothing. */
type Entry = { readonly node: number } | { readonly data: number } | undefined

export function encodeMmdb({ ipVersion, networks, type = 'Test-Country', builtAt = 1_700_000_000 }: MmdbInput): Buffer {
  const nodes: [Entry, Entry][] = [[undefined, undefined]]
  const data: Buffer[] = []
  const offsets = new Map<string, number>()
  let size = 0
  const store = (value: MmdbValue): number => {
    const bytes = encode(value)
    const key = bytes.toString('latin1')
    const known = offsets.get(key)
    if (known !== undefined) return known
    offsets.set(key, size)
    data.push(bytes)
    size += bytes.length
    return size - bytes.length
  }

  const sorted = Object.entries(networks)
    .map(([network, value]) => {
      const [address = '', length = ''] = network.split('/')
      const isPadded = ipVersion === 6 && isIP(address) === 4
      const bits = `${isPadded ? '0'.repeat(96) : ''}${toBits(address)}`
      return { bits: bits.slice(0, Number(length) + (isPadded ? 96 : 0)), value }
    })
    .sort((a, b) => a.bits.length - b.bits.length)
  for (const { bits, value } of sorted) {
    let at = 0
    for (const bit of bits.slice(0, -1)) {
      const entry = nodes[at]![bit === '1' ? 1 : 0]
      if (entry && 'node' in entry) at = entry.node
      else {
        // What the larger network says holds for both halves, until this one says something else.
        nodes.push([entry, entry])
        nodes[at]![bit === '1' ? 1 : 0] = { node: nodes.length - 1 }
        at = nodes.length - 1
      }
    }
    nodes[at]![bits.endsWith('1') ? 1 : 0] = { data: store(value) }
  }

  const tree = Buffer.alloc(nodes.length * 6)
  nodes.forEach((pair, index) =>
    pair.forEach((entry, side) => {
      const record = !entry ? nodes.length : 'node' in entry ? entry.node : nodes.length + 16 + entry.data
      tree.writeUIntBE(record, index * 6 + side * 3, 3)
    }),
  )
  const metadata = encode({
    node_count: nodes.length,
    record_size: 24,
    ip_version: ipVersion,
    database_type: type,
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: BigInt(builtAt),
    description: { en: 'Made for a test' },
  })
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')])
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata])
}
