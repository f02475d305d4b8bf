import { Hono } from 'hono'

/** Built files by their path under `/assets/`. */
export type Assets = ReadonlyMap<string, { readonly body: string; readonly type: string }>

/** Serves built files, whose names change with their contents. To be mounted at `/assets`. */
export function serveAssets(assets: Assets): Hono {
  const app = new Hono()
  app.get('/:name', (c) => {
    const asset = assets.get(c.req.param('name'))
    if (!asset) return c.notFound()
    return c.body(asset.body, 200, {
      'Content-Type': asset.type,
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
    })
  })
  return app
}
