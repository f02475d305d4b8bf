import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import type { Hono } from 'hono'
import { hasETag } from '../http/hasETag.ts'

const ENCODINGS = {
  br: { extension: '.br', compress: promisify<Buffer, Buffer>(brotliCompress) },
  gzip: { extension: '.gz', compress: promisify<Buffer, Buffer>(gzip) },
}
type Encoding = keyof typeof ENCODINGS | 'identity'

interface SdkFile {
  readonly modifiedAt: number
  readonly etag: string
  readonly bodies: Readonly<Record<Encoding, Buffer>>
}

async function getModifiedAt(path: string): Promise<number | undefined> {
  try {
    const stats = await stat(path)
    return stats.isFile() ? stats.mtimeMs : undefined
  } catch {
    return undefined // No such file: the caller's answer is 404, or to compress by itself.
  }
}

async function load(path: string, modifiedAt: number): Promise<SdkFile> {
  const plain = await readFile(path)
  const encode = async (encoding: keyof typeof ENCODINGS) => {
    const { extension, compress } = ENCODINGS[encoding]
    const at = await getModifiedAt(path + extension)
    // One that is older than its source was made from something else.
    return at !== undefined && at >= modifiedAt ? readFile(path + extension) : compress(plain)
  }
  const [br, gzip] = await Promise.all([encode('br'), encode('gzip')])
  const etag = createHash('sha256').update(plain).digest('hex').slice(0, 16)
  return { modifiedAt, etag, bodies: { identity: plain, br, gzip } }
}

/** `br` and `gzip` unless they are refused by `q=0`. */
function getEncoding(acceptEncoding = ''): Encoding {
  const accepts = (name: string) =>
    acceptEncoding.split(',').some((part) => {
      const [coding = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
      return coding === name && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    })
  if (accepts('br')) return 'br'
  return accepts('gzip') ? 'gzip' : 'identity'
}

/** `GET /unblink.js` and its neighbours: the SDK's files, compressed once and read again when they change on disk. */
export function addSdkRoute(app: Hono, sdkDir: string): void {
  const files = new Map<string, SdkFile>()
  app.get('/:file{[a-z.-]+\\.js(?:\\.map)?}', async (c, next) => {
    const name = c.req.param('file')
    const path = join(sdkDir, name)
    const modifiedAt = await getModifiedAt(path)
    // Not ours: a host application may have a file of this name.
    if (modifiedAt === undefined) return next()
    let file = files.get(name)
    if (file?.modifiedAt !== modifiedAt) files.set(name, (file = await load(path, modifiedAt)))

    const encoding = getEncoding(c.req.header('accept-encoding'))
    const etag = `"${file.etag}-${encoding}"`
    c.header('etag', etag)
    c.header('vary', 'Accept-Encoding')
    c.header('cache-control', 'public, max-age=3600')
    c.header('x-content-type-options', 'nosniff')
    // Public code: pages of any origin may load it, also with integrity checks or under COEP.
    c.header('access-control-allow-origin', '*')
    c.header('cross-origin-resource-policy', 'cross-origin')
    if (hasETag(c.req.header('if-none-match'), etag)) return c.body(null, 304)
    if (encoding !== 'identity') c.header('content-encoding', encoding)
    const type = name.endsWith('.map') ? 'application/json' : 'text/javascript; charset=utf-8'
    return c.body(new Uint8Array(file.bodies[encoding]), 200, { 'content-type': type })
  })
}
