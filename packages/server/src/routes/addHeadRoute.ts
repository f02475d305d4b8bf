import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getBootConfig, renderHeadScript } from '@unblink/snippet'
import type { Hono } from 'hono'
import { createAsset, type Asset } from '../http/createAsset.ts'
import { sendAsset } from '../http/sendAsset.ts'
import type { ServerContext } from '../serverContext.ts'
import type { Publication } from '../site/publish.ts'
import { renderPinnedHead } from './renderPinnedHead.ts'

/** Pages wait for this file. After a minute, and for a day, the old one is used once more while the new one is fetched. */
const SHORT = 'public, max-age=60, stale-while-revalidate=86400'
const FOR_EVER = 'public, max-age=31536000, immutable'

async function readRuntime(sdkDirs: readonly string[]): Promise<Buffer | undefined> {
  for (const folder of sdkDirs) {
    try {
      return await readFile(join(folder, 'unblink.js'))
    } catch {
      // Then perhaps in the next.
    }
  }
  return undefined
}

/**
 * `GET /unblink-head.js`: the whole head code as one file, for pages that may not hold inline scripts, with the site's
 * configuration in it. `GET /unblink-head.<hash>.js`: the same for ever, with the runtime's integrity; a hash that is not in force
 * is answered with what is, so that a page which was not rendered anew still works unless it checks the file.
 */
export function addHeadRoute(app: Hono, context: ServerContext, sdkDirs: readonly string[]): void {
  const texts = new WeakMap<Publication, Promise<Asset>>()
  const getPlain = (publication: Publication) => {
    const known = texts.get(publication)
    if (known) return known
    const asset = createAsset(
      Buffer.from(renderHeadScript(getBootConfig(publication.site, { manifest: publication.manifest.version }))),
    )
    texts.set(publication, asset)
    return asset
  }

  app.get('/unblink-head.js', async (c) => sendAsset(c, await getPlain(context.publication), SHORT))

  app.get('/:file{unblink-head\\.[0-9a-f]{16}\\.js}', async (c) => {
    const { publication } = context
    const runtime = await readRuntime(sdkDirs)
    const pinned = runtime && renderPinnedHead(publication.site, runtime)
    return pinned?.name === c.req.param('file')
      ? sendAsset(c, await createAsset(Buffer.from(pinned.text)), FOR_EVER)
      : sendAsset(c, await getPlain(publication), SHORT)
  })
}
