import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'

const COMPRESS = { br: promisify<Buffer, Buffer>(brotliCompress), gzip: promisify<Buffer, Buffer>(gzip) }

export type Compression = keyof typeof COMPRESS

/** A public file, ready in every encoding. */
export interface Asset {
  readonly etag: string
  readonly bodies: Readonly<Record<Compression | 'identity', Buffer>>
}

/** @param find What has been compressed before, if anything has. */
export async function createAsset(
  plain: Buffer,
  find: (encoding: Compression) => Promise<Buffer | undefined> = async () => undefined,
): Promise<Asset> {
  const encode = async (encoding: Compression) => (await find(encoding)) ?? COMPRESS[encoding](plain)
  const [br, gzip] = await Promise.all([encode('br'), encode('gzip')])
  const etag = createHash('sha256').update(plain).digest('hex').slice(0, 16)
  return { etag, bodies: { identity: plain, br, gzip } }
}
