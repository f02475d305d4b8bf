import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { createAsset, type Asset } from '../http/createAsset.ts'
import { sendAsset } from '../http/sendAsset.ts'

const EXTENSIONS = { br: '.br', gzip: '.gz' } as const

interface SdkFile {
  readonly modifiedAt: number
  readonly asset: Asset
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
  const asset = await createAsset(plain, async (encoding) => {
    const compressed = path + EXTENSIONS[encoding]
    const at = await getModifiedAt(compressed)
    // One that is older than its source was made from something else.
    return at !== undefined && at >= modifiedAt ? readFile(compressed) : undefined
  })
  return { modifiedAt, asset }
}

/** `GET /unblink.js` and its neighbours: the SDK's files, compressed once and read again when they change on disk. */
export function addSdkRoute(app: Hono, sdkDirs: readonly string[]): void {
  const files = new Map<string, SdkFile>()
  app.get('/:file{[a-z.-]+\\.js(?:\\.map)?}', async (c, next) => {
    const name = c.req.param('file')
    for (const folder of sdkDirs) {
      const path = join(folder, name)
      const modifiedAt = await getModifiedAt(path)
      if (modifiedAt === undefined) continue
      let file = files.get(path)
      if (file?.modifiedAt !== modifiedAt) files.set(path, (file = await load(path, modifiedAt)))
      const type = name.endsWith('.map') ? 'application/json' : undefined
      return sendAsset(c, file.asset, 'public, max-age=3600', type)
    }
    // Not ours: a host application may have a file of this name.
    return next()
  })
}
