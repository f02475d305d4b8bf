import { build, type BuildOptions } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { readRecipe, runRecipe } from '../routingRecipe.ts'
import type { AppOptions } from './host.ts'

export type Framework = 'react' | 'vue'
export type Mode = 'production' | 'development'

/** An app as its server and its page have it. */
export interface BuiltApp {
  /** The page's bundle, a module. */
  readonly client: string
  render(options: AppOptions): string | Promise<string>
}

/** What is appended to the recipe's own code, on either side. */
const ENDS = {
  react: {
    client: `import { hydrateApp } from './reactApp.ts'
hydrateApp({ UnblinkIsland, useHydrated })`,
    server: `import { renderToString } from 'react-dom/server'
import { renderApp } from './reactApp.ts'
export const render = (options) => renderToString(renderApp({ UnblinkIsland, useHydrated }, options))`,
  },
  vue: {
    client: `import { hydrateApp } from './vueApp.ts'
hydrateApp({ UnblinkIsland, useHydrated })`,
    server: `import { renderToString } from '@vue/server-renderer'
import { createApp } from './vueApp.ts'
export const render = (options) => renderToString(createApp({ UnblinkIsland, useHydrated }, options))`,
  },
} as const

/** The app's templates are compiled in the page; a site's own build would have done it before. */
const WITH_TEMPLATES = { vue: 'vue/dist/vue.esm-bundler.js' }

async function bundle(contents: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, loader: 'jsx', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    ...options,
  })
  return outputFiles![0]!.text
}

/** Builds an app around the code of docs/recipes/hydration.md, as a site's own build would. */
export async function buildApp(framework: Framework, mode: Mode): Promise<BuiltApp> {
  const isProduction = mode === 'production'
  const recipe = (await readRecipe('hydration.md', framework === 'vue' ? 'js vue' : 'jsx react')).join('\n')
  const { client, server } = ENDS[framework]
  const define = {
    'process.env.NODE_ENV': JSON.stringify(mode),
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  }
  const [inPage, onServer] = await Promise.all([
    bundle(recipe + client, { platform: 'browser', minify: isProduction, define, alias: WITH_TEMPLATES }),
    // Its packages stay outside, for Node takes their own build for servers.
    bundle(recipe + server, { platform: 'node', packages: 'external' }),
  ])
  const { render } = await runRecipe<Pick<BuiltApp, 'render'>>(onServer)
  return { client: inPage, render }
}
