import { build, type BuildOptions } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { runRecipe } from '../routingRecipe.ts'
import type { ReactOptions } from './reactHost.ts'

export type Mode = 'production' | 'development'

/** An app as its server and its page have it. */
export interface BuiltReact {
  /** The page's bundle, a module. */
  readonly client: string
  readonly renderWhole: (options: ReactOptions) => string
  /** Streams: the shell, and then, in any number of pieces, the slot's boundary. */
  readonly renderInPieces: (options: ReactOptions) => Promise<readonly string[]>
}

const CLIENT = `import { startReact } from './reactApp.ts'
startReact()`

const SERVER = `import { PassThrough } from 'node:stream'
import { renderToPipeableStream, renderToString } from 'react-dom/server'
import { renderReact } from './reactApp.ts'
export const renderWhole = (options) => renderToString(renderReact(options))
export const renderInPieces = (options) => new Promise((resolve, reject) => {
  const pieces = []
  let open
  const wait = new Promise((done) => (open = done))
  const stream = new PassThrough()
  stream.on('data', (chunk) => pieces.push(String(chunk)))
  stream.on('end', () => resolve(pieces))
  const { pipe } = renderToPipeableStream(renderReact(options, wait), {
    onShellReady() {
      pipe(stream)
      // The shell has been read before there is more.
      setTimeout(open, 20)
    },
    onError: reject,
  })
})`

async function bundle(contents: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, loader: 'js', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'esm',
    ...options,
  })
  return outputFiles![0]!.text
}

/** Builds the test's app around the built @unblink/react, as a site's own build would. */
export async function buildReact(mode: Mode): Promise<BuiltReact> {
  const define = { 'process.env.NODE_ENV': JSON.stringify(mode) }
  const [client, server] = await Promise.all([
    bundle(CLIENT, { platform: 'browser', minify: mode === 'production', define }),
    // Its packages stay outside, for Node takes their own build for servers.
    bundle(SERVER, { platform: 'node', packages: 'external' }),
  ])
  return { client, ...(await runRecipe<Omit<BuiltReact, 'client'>>(server)) }
}
