import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import nodeResolve from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
import esbuild from 'rollup-plugin-esbuild'
import { minify } from 'terser'

const root = path.dirname(fileURLToPath(import.meta.url))

/**
 * Everything that is bundled, in one table: `scripts/build.mjs` builds these rows and `scripts/size.mjs` measures those
 * with a `budget` (a key of `scripts/budgets.json`). Rows in `.cache` exist only to be measured.
 *
 * `stage`: `snippet` runs before `tsc -b`, because its text becomes a source file of the snippet package.
 * `strict`, `compress`: where every byte is in every page.
 * `replace`: other files of ours in place of these. `beside`: a file that is not bundled but left beside the bundle, and the
 * address that it has from there.
 * `asleep`: modules that are bundled as a function of their own, which the engine does not compile before it is called: a
 * file that imports a namespace and exports a function that returns it, and the module that it imports.
 * `npm`: leave the package's own dependencies to the user's bundler; private packages are always bundled.
 */
export const bundles = [
  {
    name: 'snippet',
    stage: 'snippet',
    input: 'packages/snippet/src/main.ts',
    file: 'packages/snippet/dist/boot.min.js',
    format: 'iife',
    target: 2017,
    strict: false,
    compress: { passes: 4, booleans_as_integers: true, pure_getters: true, unsafe_arrows: true },
    budget: 'snippet',
  },
  {
    name: 'runtime',
    stage: 'runtime',
    input: 'packages/browser/src/iife.ts',
    file: 'packages/browser/dist/unblink.js',
    replace: { 'packages/browser/src/loadMore.ts': 'packages/browser/src/loadMoreBeside.ts' },
    asleep: { 'packages/browser/src/getParts.ts': 'packages/browser/src/parts.ts' },
    format: 'iife',
    target: 2020,
    sourcemap: true,
    precompress: true,
    budget: 'runtime',
  },
  {
    name: 'more',
    stage: 'runtime',
    input: 'packages/browser/src/more.ts',
    file: 'packages/browser/dist/unblink-more.js',
    beside: { 'packages/browser/src/device/explainSlots.ts': './unblink-explain.js' },
    format: 'es',
    target: 2020,
    sourcemap: true,
    precompress: true,
    budget: 'more',
  },
  {
    name: 'explain',
    stage: 'runtime',
    input: 'packages/browser/src/device/explainSlots.ts',
    file: 'packages/browser/dist/unblink-explain.js',
    format: 'es',
    target: 2020,
    sourcemap: true,
    precompress: true,
  },
  {
    name: 'watch',
    stage: 'runtime',
    input: 'packages/browser/src/watch.ts',
    file: 'packages/browser/dist/unblink-watch.js',
    format: 'es',
    target: 2020,
    sourcemap: true,
    precompress: true,
    budget: 'watch',
  },
  {
    name: 'browser for npm',
    stage: 'runtime',
    input: 'packages/browser/src/index.ts',
    file: 'packages/browser/dist/index.mjs',
    beside: {
      'packages/browser/src/more.ts': './unblink-more.js',
      'packages/browser/src/watch.ts': './unblink-watch.js',
    },
    format: 'es',
    target: 2020,
    sourcemap: true,
    npm: true,
  },
  {
    name: 'tracker for npm',
    stage: 'runtime',
    input: 'packages/tracker/src/index.ts',
    file: 'packages/tracker/dist/index.mjs',
    format: 'es',
    target: 2020,
    sourcemap: true,
    npm: true,
  },
  {
    name: 'decide alone',
    stage: 'runtime',
    input: 'packages/decide/src/index.ts',
    file: '.cache/size/decide.mjs',
    format: 'es',
    target: 2020,
    budget: 'decide',
  },
  {
    name: 'tracker alone',
    stage: 'runtime',
    input: 'packages/tracker/src/index.ts',
    file: '.cache/size/tracker.mjs',
    format: 'es',
    target: 2020,
    budget: 'tracker',
  },
]

// Members that start with one underscore are private and cost no bytes; wire names and public names never start so.
const PRIVATE_MEMBER = /^_(?!_)/

// The snippet's private members become single letters on records that the runtime also holds, so no other bundle may
// use those for its own.
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']

const terser = ({
  stage,
  format,
  target,
  sourcemap,
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
      format: { comments: false },
      sourceMap: Boolean(sourcemap),
    })
    return { code: small, map: map ?? null }
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
    const { output } = await inner.generate({ ...toOutput(bundle), name: 'inner', sourcemap: true })
    await inner.close()
    const [{ code, map }] = output
    return {
      code: `let parts\nexport const ${name} = () => (parts ??= (() => {\n${code}\nreturn inner\n})())\n`,
      map: { ...map, mappings: `;;${map.mappings}` },
    }
  },
})

const readPackage = (folder) => JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'))

/** What an npm user installs beside the package: its dependencies, without those that are private to this repository. */
function getExternal({ npm, input }) {
  if (!npm) return []
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
]

const toOutput = (bundle) => ({
  file: path.join(root, bundle.file),
  format: bundle.format,
  sourcemap: bundle.sourcemap ?? false,
  generatedCode: 'es2015',
  strict: bundle.strict ?? true,
})

/** Rollup's options for one row of the table. */
export const toRollup = (bundle) => ({
  input: path.join(root, bundle.input),
  external: getExternal(bundle),
  plugins: [...getPlugins(bundle), terser(bundle)],
  onLog(level, log, report) {
    if (FATAL.has(log.code)) throw new Error(log.message)
    report(level, log)
  },
  output: toOutput(bundle),
})

export default bundles.map(toRollup)
