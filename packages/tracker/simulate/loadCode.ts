import type { createTracker } from '../src/createTracker.ts'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** A fault put into the tracker itself, to see whether the simulation notices: in `file` of `src`, `find` becomes `put`. */
export interface PlantedBug {
  readonly file: string
  readonly find: string
  readonly put: string
}

/** What the tracker finds in a page. */
export interface PageGlobals {
  readonly globalThis: object
  readonly indexedDB: object
  readonly localStorage: Record<string, string>
  readonly navigator: object
  readonly document: { readonly hidden: boolean }
  readonly performance: { now(): number }
  readonly crypto: object
  readonly Date: { now(): number; parse(text: string): number }
  readonly AbortSignal: object
  readonly setTimeout: (run: () => void, ms: number) => unknown
  readonly clearTimeout: (task: never) => void
}

const NAMES: readonly (keyof PageGlobals)[] = [
  'globalThis',
  'indexedDB',
  'localStorage',
  'navigator',
  'document',
  'performance',
  'crypto',
  'Date',
  'AbortSignal',
  'setTimeout',
  'clearTimeout',
]

/** What is used of esbuild, which is the repository's own and not a dependency of this package. */
interface Bundler {
  build(options: object): Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>
}
type OnLoad = (which: { filter: RegExp }, load: (file: { path: string }) => object) => void

async function bundle(contents: string, bug?: PlantedBug): Promise<string> {
  const { build } = createRequire(import.meta.url)('esbuild') as Bundler
  const { readFileSync } = await import('node:fs')
  let planted = 0
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    bundle: true,
    format: 'iife',
    globalName: 'code',
    target: 'es2022',
    platform: 'browser',
    conditions: ['source'],
    logLevel: 'error',
    write: false,
    plugins: [
      {
        name: 'planted bug',
        setup({ onLoad }: { onLoad: OnLoad }) {
          if (!bug) return
          onLoad({ filter: new RegExp(`src/${bug.file}$`) }, ({ path }) => {
            const parts = readFileSync(path, 'utf8').split(bug.find)
            planted = parts.length - 1
            return { contents: parts.join(bug.put), loader: 'ts' }
          })
        },
      },
    ],
  })
  if (bug && planted !== 1) throw new Error(`${bug.file} has ${planted} times, not once: ${bug.find}`)
  return outputFiles[0]!.text
}

/** The tracker's own sources, to be started once in every simulated page, which has globals of its own. */
export async function loadTracker(bug?: PlantedBug): Promise<(page: PageGlobals) => typeof createTracker> {
  const code = await bundle(`export { createTracker } from '../src/createTracker.ts'`, bug)
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- our own code, once for each page
  const start = new Function(...NAMES, `${code}; return code.createTracker`)
  return (page) => start(...NAMES.map((name) => page[name])) as typeof createTracker
}

/** IndexedDB in memory whose tasks are run by `queue`. */
export async function loadStorage(queue: (task: () => void) => void): Promise<() => IDBFactory> {
  const code = await bundle(`export { IDBFactory } from 'fake-indexeddb'`)
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a package of this repository
  const start = new Function('globalThis', `${code}; return code.IDBFactory`)
  const Factory = start({ setImmediate: queue }) as new () => IDBFactory
  return () => new Factory()
}
