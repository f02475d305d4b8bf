import { fromRoot } from '../../scripts/lib/fromRoot.mjs'

/** Bundles and minifies a module that imports a benchmark's peers, for those that publish no file for a script element. */
export async function bundlePeer(folder, source) {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fromRoot(folder), loader: 'js' },
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
    write: false,
  })
  return Buffer.from(outputFiles[0].contents)
}
