import type { Context } from 'hono'
import type { Asset, Compression } from './createAsset.ts'
import { hasETag } from './hasETag.ts'

/** `br` and `gzip` unless they are refused by `q=0`. */
function getEncoding(acceptEncoding = ''): Compression | 'identity' {
  const accepts = (name: string) =>
    acceptEncoding.split(',').some((part) => {
      const [coding = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
      return coding === name && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    })
  if (accepts('br')) return 'br'
  return accepts('gzip') ? 'gzip' : 'identity'
}

/** Answers with public code: pages of any origin may load it, also with integrity checks or under COEP. */
export function sendAsset(
  c: Context,
  asset: Asset,
  cacheControl: string,
  type = 'text/javascript; charset=utf-8',
): Response {
  const encoding = getEncoding(c.req.header('accept-encoding'))
  const etag = `"${asset.etag}-${encoding}"`
  c.header('etag', etag)
  c.header('vary', 'Accept-Encoding')
  c.header('cache-control', cacheControl)
  c.header('x-content-type-options', 'nosniff')
  c.header('access-control-allow-origin', '*')
  c.header('cross-origin-resource-policy', 'cross-origin')
  if (hasETag(c.req.header('if-none-match'), etag)) return c.body(null, 304)
  if (encoding !== 'identity') c.header('content-encoding', encoding)
  return c.body(new Uint8Array(asset.bodies[encoding]), 200, { 'content-type': type })
}
