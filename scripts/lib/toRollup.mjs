import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import nodeResolve from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
import esbuild from 'rollup-plugin-esbuild'
import { minify } from 'terser'
import { root } from './fromRoot.mjs'
import { wrapFunctions } from './wrapFunctions.mjs'

// Members that start with one underscore are private and cost no bytes; wire names and public names never start so.
const PRIVATE_MEMBER = /^_(?!_)/

// The snippet's private members become single letters on records that the runtime also holds, so no other bundle may
// use those for its own.
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']

/**
 * Tells V8 to compile everything at once, beside the main thread where the file is fetched, instead of finding out,
 * function by function, that it is called (https://v8.dev/blog/explicit-compile-hints). To other engines it is a comment.
 */
const COMPILE_HINT = '//# allFunctionsCalledOnLoad'

const terser = ({
  stage,
  format,
  target,
  sourcemap,
  compileHint = false,
  isCalledSoon = false,
  compress = { passes: 4, inline: 1, pure_getters: true, unsafe_arrows: true },
}) => ({
  name: 'terser',
  async renderChunk(code) {
    const { code: small, map } = await minify(code, {
      ecma: target,
      module: format === 'es',
      toplevel: true,
      compress,
      mangle: { properties: { regex: PRIVATE_MEMBER, reserved: stage === 'snippet' ? [] : LETTERS } },
      format: { comments: false, ...(compileHint ? { preamble: COMPILE_HINT } : {}) },
      sourceMap: Boolean(sourcemap),
    })
    return { code: isCalledSoon ? wrapFunctions(small) : small, map: map ?? null }
  },
})

/** Carries out a row's `replace` and `beside`. */
const redirect = ({ replace = {}, beside = {} }) => ({
  name: 'redirect',
  async resolveId(source, importer, options) {
    const found = await this.resolve(source, importer, { ...options, skipSelf: true })
    const file = found && path.relative(root, found.id).replaceAll(path.sep, '/')
    if (Object.hasOwn(replace, file)) return path.join(root, replace[file])
    if (Object.hasOwn(beside, file)) return { id: beside[file], external: true }
    return found
  },
})

/** Carries out a row's `asleep`. Scope hoisting would run the statements of all modules at once, wherever they are needed. */
const sleep = (bundle) => ({
  name: 'sleep',
  async load(id) {
    const file = path.relative(root, id).replaceAll(path.sep, '/')
    const input = bundle.asleep?.[file]
    if (!input) return null
    const name = path.basename(file, '.ts')
    const inner = await rollup({
      ...toRollup({ ...bundle, input }),
      plugins: getPlugins({ ...bundle, asleep: undefined }),
    })
    inner.watchFiles.forEach((watched) => this.addWatchFile(watched))
    // Nobody asks that object whether it is a module.
    const generatedCode = { preset: 'es2015', symbols: false }
    const { output } = await inner.generate({ ...toOutput(bundle), name: 'inner', sourcemap: true, generatedCode })
    await inner.close()
    const [{ code, map }] = output
    return {
      code: `let parts\nexport const ${name} = () => (parts ??= (() => {\n${code}\nreturn inner\n})())\n`,
      map: { ...map, mappings: `;;${map.mappings}` },
    }
  },
})

/** What a user's own build does with a component. */
const svelte = {
  name: 'svelte',
  async transform(code, id) {
    if (!id.endsWith('.svelte')) return null
    const { compile } = await import('svelte/compiler')
    return compile(code, { filename: id, discloseVersion: false }).js
  },
}

const readPackage = (folder) => JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'))

/** What an npm user installs beside the package: its dependencies, without those that are private to this repository. */
function getExternal({ npm, input, external = [] }) {
  if (!npm) return external
  const { dependencies = {} } = readPackage(input.split('/').slice(0, 2).join('/'))
  const isPrivate = (name) => name.startsWith('@unblink/') && readPackage(`packages/${name.split('/')[1]}`).private
  return Object.keys(dependencies).filter((name) => !isPrivate(name))
}

// A bundle with one of these would load and then fail in the page, so they stop the build.
const FATAL = new Set([
  'UNRESOLVED_IMPORT',
  'MISSING_EXPORT',
  'CIRCULAR_DEPENDENCY',
  'MISSING_NAME_OPTION_FOR_IIFE_EXPORT',
])

const getPlugins = (bundle) => [
  redirect(bundle),
  sleep(bundle),
  nodeResolve({ exportConditions: ['source'], browser: true, extensions: ['.ts', '.mjs', '.js'] }),
  esbuild({
    target: `es${bundle.target}`,
    // Dependencies too: their published form may be newer than the target.
    exclude: [],
    loaders: { '.mjs': 'js' },
    sourceMap: Boolean(bundle.sourcemap),
    // Plain assignments for class fields: the lowered form of the standard's define semantics costs a helper.
    tsconfig: false,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, verbatimModuleSyntax: true } },
  }),
  svelte,
]

const toOutput = (bundle) => ({
  file: path.join(root, bundle.file),
  format: bundle.format,
  sourcemap: bundle.sourcemap ?? false,
  generatedCode: 'es2015',
  strict: bundle.strict ?? true,
})

/** Rollup's options for one row of the table in rollup.config.mjs. */
export const toRollup = (bundle) => ({
  input: path.join(root, bundle.input),
  external: getExternal(bundle),
  plugins: [...getPlugins(bundle), terser(bundle)],
  onLog(level, log, report) {
    if (FATAL.has(log.code)) throw new Error(log.message)
    // "use client" is for the bundlers of those who use the package.
    if (log.code === 'MODULE_LEVEL_DIRECTIVE') return
    report(level, log)
  },
  output: toOutput(bundle),
})
