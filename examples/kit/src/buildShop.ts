import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'
import type { Assets } from './serveAssets.ts'

/** The built app: what its server needs of it. */
export interface BuiltShop {
  /** `index.html`, with the comment `app` where the app's HTML goes. */
  readonly template: string
  readonly assets: Assets
  /** The page's HTML, for `#app`. */
  readonly render: (path: string) => Promise<string>
}

export interface BuildOptions {
  /** The example's folder: it has `index.html`, `vite.config.ts`, and `src/server.ts`, which exports `render`. */
  readonly root: URL
  /** A development build has all of the framework's warnings. @default 'production' */
  readonly mode?: 'production' | 'development'
  /** @default `dist/app` of the example */
  readonly outDir?: string
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' }

/** Builds an app for the page and for the server, into `client` and `server`. Rejects with what Vite says is wrong. */
export async function buildShop({
  root: rootUrl,
  mode = 'production',
  outDir = fileURLToPath(new URL('dist/app', rootUrl)),
}: BuildOptions): Promise<BuiltShop> {
  const root = fileURLToPath(rootUrl)
  const before = process.env['NODE_ENV']
  // Vite and the framework's packages tell a development build by it.
  process.env['NODE_ENV'] = mode
  const common = { root, mode, logLevel: 'warn' } as const
  try {
    await build({ ...common, build: { outDir: join(outDir, 'client'), emptyOutDir: true } })
    await build({ ...common, build: { outDir: join(outDir, 'server'), emptyOutDir: true, ssr: 'src/server.ts' } })
  } finally {
    process.env['NODE_ENV'] = before ?? mode
  }
  const folder = join(outDir, 'client/assets')
  const assets = (await readdir(folder)).map(async (name) => {
    const asset = { body: await readFile(join(folder, name), 'utf8'), type: TYPES[extname(name)] ?? 'text/plain' }
    return [name, asset] as const
  })
  const server = (await import(pathToFileURL(join(outDir, 'server/server.js')).href)) as Pick<BuiltShop, 'render'>
  return {
    template: await readFile(join(outDir, 'client/index.html'), 'utf8'),
    assets: new Map(await Promise.all(assets)),
    render: server.render,
  }
}
