import { existsSync, readFileSync, rmSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { ensurePackages } from './ensure.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { getBin } from './lib/getBin.mjs'
import { isStale, stamp } from './lib/isStale.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { captureCommand } from './lib/runCommand.mjs'
import { runMain } from './lib/runMain.mjs'
import { writeAtomic } from './lib/writeAtomic.mjs'

const usage = `
Usage: npm run build [-- --force]

Builds what has changed since the last build: the snippet, its text as a source file, all packages (tsc -b), then the
bundles of rollup.config.mjs with .br and .gz beside unblink.js. Prints each step with its time, and the sizes.

  --force   build everything again
`

const BOOT_SOURCE = 'packages/snippet/src/bootSource.ts'

const seconds = (since) => `${((Date.now() - since) / 1_000).toFixed(1)} s`

/** Paths that a bundle leaves on disk, relative to the top folder. */
const getOutputs = ({ file, sourcemap, precompress }) => [
  file,
  ...(sourcemap ? [`${file}.map`] : []),
  ...(precompress ? [`${file}.br`, `${file}.gz`] : []),
]

async function writeBundle(bundle) {
  const { rollup } = await import('rollup')
  const { toRollup } = await import('./lib/toRollup.mjs')
  const { output, ...options } = toRollup(bundle)
  const built = await rollup(options)
  const [chunk] = (await built.generate(output)).output
  await built.close()
  const comment = bundle.sourcemap ? `//# sourceMappingURL=${bundle.file.split('/').at(-1)}.map\n` : ''
  const code = chunk.code.replace(/\n?\/\/# sourceMappingURL=.*\n?$/, '\n') + comment
  writeAtomic(fromRoot(bundle.file), code)
  if (bundle.sourcemap) writeAtomic(fromRoot(`${bundle.file}.map`), chunk.map.toString())
  if (bundle.precompress) {
    const bytes = Buffer.from(code)
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
    writeAtomic(fromRoot(`${bundle.file}.br`), brotliCompressSync(bytes, { params }))
    writeAtomic(fromRoot(`${bundle.file}.gz`), gzipSync(bytes, { level: 9 }))
  }
  // The files that rollup read, so that the next build is exact about what is stale.
  return built.watchFiles
}

async function buildBundle(bundle, { force, say }) {
  const outputs = getOutputs(bundle)
  if (!force && !isStale(bundle.name, outputs)) return
  if (!existsSync(fromRoot(bundle.input))) {
    throw new Error(
      `${bundle.input} does not exist, so ${bundle.file} (${bundle.name}) cannot be built. Write it, or correct the table in rollup.config.mjs.`,
    )
  }
  const startedAt = Date.now()
  try {
    stamp(bundle.name, await writeBundle(bundle))
  } catch (error) {
    const place = error.loc?.file ? ` (${error.loc.file}:${error.loc.line})` : ''
    throw new Error(`${bundle.name}: ${error.message}${place}`, { cause: error })
  }
  say(`${bundle.name.padEnd(16)} ${bundle.file}  ${seconds(startedAt)}`)
}

/** The built snippet as constants of the snippet package, with `__CONFIG__` where the configuration goes. */
function writeBootSource() {
  const code = readFileSync(fromRoot('packages/snippet/dist/boot.min.js'), 'utf8').trim()
  const places = code.split('__CONFIG__').length - 1
  if (places !== 1) {
    throw new Error(
      `The built snippet must hold __CONFIG__ exactly once, and holds it ${places} times. Pass it to one call at the end of its source.`,
    )
  }
  if (code.split('/unblink/').length !== 2) {
    throw new Error(
      'The built snippet must look for the mark of its memory, /unblink/, exactly once: see toBootCode.ts.',
    )
  }
  const early = readFileSync(fromRoot('packages/snippet/dist/early.min.js'), 'utf8').trim()
  writeAtomic(
    fromRoot(BOOT_SOURCE),
    `// Written by scripts/build.mjs from the built snippet; git ignores it. Change src/boot.ts or src/early.ts instead.\nexport const bootSource: string =\n  ${JSON.stringify(code)}\n\n/** What stands behind it, unless \`earlyClicks\` is false. */\nexport const earlySource: string =\n  ${JSON.stringify(early)}\n`,
  )
}

/**
 * Builds the snippet and its source constant if they are stale: what the unit tests need before anything else.
 * Throws what is wrong.
 */
export async function buildSnippet({ force = false, say = () => {} } = {}) {
  const { bundles } = await import('../rollup.config.mjs')
  for (const bundle of bundles) if (bundle.stage === 'snippet') await buildBundle(bundle, { force, say })
  writeBootSource()
}

/** The projects that `tsc -b` emits: those the top tsconfig.json refers to, without the ones that are only checked. */
function getProjects() {
  const { references } = JSON.parse(readFileSync(fromRoot('tsconfig.json'), 'utf8'))
  return references
    .map(({ path }) => path)
    .filter(
      (path) => JSON.parse(readFileSync(fromRoot(path, 'tsconfig.json'), 'utf8')).compilerOptions?.noEmit !== true,
    )
}

async function buildTypes({ force, say }) {
  const startedAt = Date.now()
  const projects = getProjects()
  // tsc trusts its build info and would not write again what someone has deleted.
  for (const project of projects) {
    if (!existsSync(fromRoot(project, 'dist/index.js')))
      rmSync(fromRoot(project, 'tsconfig.tsbuildinfo'), { force: true })
  }
  const tsc = getBin('typescript', 'tsc')
  const { code, output } = await captureCommand(process.execPath, [
    tsc,
    '-b',
    ...(force ? ['--force'] : []),
    ...projects,
  ])
  if (code !== 0) throw new Error(`${output}\ntsc -b found the errors above.`)
  say(`${'packages'.padEnd(16)} tsc -b  ${seconds(startedAt)}`)
}

/** Builds everything that is stale. Throws an error that says what is wrong and where. */
export async function build({ force = false, say = console.log } = {}) {
  const startedAt = Date.now()
  const { bundles } = await import('../rollup.config.mjs')
  await buildSnippet({ force, say })
  await buildTypes({ force, say })
  for (const bundle of bundles) if (bundle.stage === 'runtime') await buildBundle(bundle, { force, say })
  say(`built in ${seconds(startedAt)}`)
}

runMain(import.meta.url, async () => {
  requireNode()
  const { flags } = parseFlags({ usage, options: { force: { type: 'boolean' } } })
  await ensurePackages()
  await build({ force: flags.force })
  const { measure, formatSizes } = await import('./size.mjs')
  console.log(`\n${formatSizes(await measure())}`)
})
