import { deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** The checksum of a PNG chunk (https://www.w3.org/TR/png/#5CRC-algorithm); zlib has one only from Node 20.15 on. */
function crc32(bytes) {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 && 0xedb88320)
  }
  return ~crc >>> 0
}

function makeChunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(data.length, 0)
  body.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return chunk
}

/** A PNG of 480 × 320 with enough grain to weigh what a photograph does; neither red nor green, which mean something here. */
export function makeHeroImage(width = 480, height = 320) {
  const rows = Buffer.alloc(height * (1 + width * 3))
  let grain = 1
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      grain = (grain * 48271) % 2147483647
      const at = y * (1 + width * 3) + 1 + x * 3
      const light = 120 + ((x + y) >> 3) + (grain & 7)
      rows.set([light - 20, light, Math.min(255, light + 40)], at)
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8) // 8 bits a channel, RGB
  return Buffer.concat([
    SIGNATURE,
    makeChunk('IHDR', header),
    makeChunk('IDAT', deflateSync(rows)),
    makeChunk('IEND', Buffer.alloc(0)),
  ])
}
