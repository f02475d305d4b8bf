import * as path from 'node:path'

// What npm calls external here is none: everything has to be found from the consumer's own folder.
const bundlers = {
  async vite(folder, input) {
    const [{ build }, { svelte }] = await Promise.all([import('vite'), import('@sveltejs/vite-plugin-svelte')])
    const result = await build({
      root: folder,
      configFile: false,
      logLevel: 'error',
      plugins: [svelte({ configFile: false })],
      build: {
        write: false,
        minify: false,
        modulePreload: false,
        rollupOptions: { input: path.join(folder, input), output: { entryFileNames: '[name].js' } },
      },
    })
    return result.output
  },
  async rollup(folder, input) {
    const [{ rollup }, { default: nodeResolve }] = await Promise.all([
      import('rollup'),
      import('@rollup/plugin-node-resolve'),
    ])
    const bundle = await rollup({
      input: path.join(folder, input),
      // Packages of others may be CommonJS, which Rollup takes with a plugin of its own only.
      external: (id) => !/^[./@]/.test(id) || (id.startsWith('@') && !id.startsWith('@unblink/')),
      plugins: [nodeResolve({ browser: true, rootDir: folder })],
      onLog(level, log, report) {
        if (log.code === 'UNRESOLVED_IMPORT' || log.code === 'MISSING_EXPORT') throw new Error(log.message)
        // "use client" is for those who render on a server.
        const isOurs = level === 'warn' && log.id?.includes('@unblink') && log.code !== 'MODULE_LEVEL_DIRECTIVE'
        if (isOurs) throw new Error(log.message)
        if (level === 'error') report(level, log)
      },
    })
    const { output } = await bundle.generate({ format: 'es' })
    await bundle.close()
    return output
  },
  async esbuild(folder, input) {
    const { build } = await import('esbuild')
    const { outputFiles } = await build({
      entryPoints: [path.join(folder, input)],
      absWorkingDir: folder,
      bundle: true,
      splitting: true,
      format: 'esm',
      write: false,
      outdir: 'out',
      logLevel: 'silent',
    })
    return outputFiles.map(({ path: fileName, text }) => ({ fileName, code: text }))
  },
}

export const BUNDLERS = Object.keys(bundlers)

/**
 * Bundles one file of a folder, for a page. Resolves to the code of all chunks together, and to that of the one that the
 * page loads: esbuild also writes chunks that nothing imports. Throws what the bundler says.
 */
export async function buildWith(bundler, folder, input) {
  try {
    const output = await bundlers[bundler](folder, input)
    const isEntry = ({ fileName }) => path.basename(fileName) === path.basename(input)
    return {
      all: output.map(({ code = '' }) => code).join('\n'),
      entry: output.find(isEntry).code.trim(),
    }
  } catch (error) {
    throw new Error(`${bundler}: ${error.message}`, { cause: error })
  }
}
