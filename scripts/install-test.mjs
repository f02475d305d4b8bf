import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { build } from './build.mjs'
import { ensurePackages } from './ensure.mjs'
import { buildWith, BUNDLERS } from './install-test/buildWith.mjs'
import { listEntries } from './install-test/listEntries.mjs'
import { startRegistry } from './install-test/startRegistry.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { getBin } from './lib/getBin.mjs'
import { getPublicPackages } from './lib/getPublicPackages.mjs'
import { packPackages } from './lib/packPackages.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { captureCommand } from './lib/runCommand.mjs'
import { runMain } from './lib/runMain.mjs'

const usage = `
Usage: npm run install-test [-- --keep]

What a user gets: packs every published package, installs the tarballs with npm into an empty folder outside the
workspace, imports every entry in Node, checks a consumer's types under both ways of resolving modules, and builds it with
${BUNDLERS.join(', ')}. A registry on loopback serves our tarballs and what is installed here of others, so nothing comes
from the network. Says each step with its time; takes about a minute.

  --keep   leave the folder, and say where it is
`

/** These have a process or a test runner around them, not a page. */
const NOT_FOR_PAGES = ['@unblink/server', '@unblink/snippet', '@unblink/testing']
const isForPages = ({ specifier, name }) =>
  (!NOT_FOR_PAGES.includes(name) || specifier.endsWith('/handlers')) && !specifier.endsWith('/vite')
/** What a user of the package has beside it, and npm does not bring by itself: optional peers, and types. */
const PEERS = ['@openfeature/core', '@playwright/test', '@types/react', 'msw', 'react-dom']

const MAX_NOTHING_BYTES = 200

async function run(command, args, options) {
  const { code, output } = await captureCommand(command, args, options)
  if (code !== 0) throw new Error(`${[path.basename(command), ...args].join(' ')}\n${output}`)
  return output
}

const readVersion = (name) => JSON.parse(readFileSync(fromRoot('node_modules', name, 'package.json'), 'utf8')).version

async function install(folder, packages, tarballs) {
  const own = new Map(
    packages.map(({ manifest }) => [manifest.name, { manifest, bytes: tarballs.get(manifest.name).bytes }]),
  )
  const registry = await startRegistry(own)
  try {
    const dependencies = Object.fromEntries([
      ...packages.map(({ manifest }) => [manifest.name, manifest.version]),
      ...PEERS.map((name) => [name, readVersion(name)]),
    ])
    const manifest = { name: 'consumer', private: true, version: '1.0.0', type: 'module', dependencies }
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
    const flags = [
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--loglevel=error',
      '--cache',
      path.join(folder, '.npm'),
    ]
    await run('npm', ['install', `--registry=${registry.origin}/`, ...flags], { cwd: folder })
  } finally {
    await registry.close()
  }
  return `${packages.length} packages`
}

async function importAll(folder, entries) {
  const plain = entries.filter(({ isPlain }) => isPlain)
  const script = plain
    .map(
      ({ specifier }) =>
        `await import('${specifier}').catch((error) => { throw new Error('${specifier}: ' + error.message) })`,
    )
    .join('\n')
  writeFileSync(path.join(folder, 'import.mjs'), `${script}\nprocess.exit(0)\n`)
  await run(process.execPath, ['import.mjs'], { cwd: folder })
  return `${plain.length} entries`
}

async function checkTypes(folder, entries) {
  const lines = entries.map(({ specifier }, index) => `export * as m${index} from '${specifier}'`)
  writeFileSync(path.join(folder, 'types.ts'), `${lines.join('\n')}\n`)
  const kinds = { bundler: ['preserve', 'bundler'], node: ['nodenext', 'nodenext'] }
  for (const [kind, [module, moduleResolution]] of Object.entries(kinds)) {
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable', 'esnext.disposable'],
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      types: [],
    }
    const file = path.join(folder, `tsconfig.${kind}.json`)
    writeFileSync(file, JSON.stringify({ compilerOptions, files: ['types.ts'] }))
    const tsc = [getBin('typescript', 'tsc'), '--pretty', 'false', '-p', file]
    const { output } = await captureCommand(process.execPath, tsc, { cwd: folder })
    // Declarations are looked at, too; those of others are theirs to mend.
    const found = output.split('\n').filter((line) => /^(types\.ts|node_modules\/@unblink\/)/.test(line))
    if (found.length > 0) throw new Error(`Types by the ${kind} way of resolving:\n${found.join('\n')}`)
  }
  return `${entries.length} entries, ${Object.keys(kinds).join(' and ')}`
}

async function buildAll(folder, entries) {
  const notes = []
  mkdirSync(path.join(folder, 'src'), { recursive: true })
  for (const bundler of BUNDLERS) {
    const used = entries.filter((entry) => isForPages(entry) && (entry.isPlain || bundler === 'vite'))
    const list = used.map((_, index) => `m${index}`).join(', ')
    const imports = used.map(({ specifier }, index) => `import * as m${index} from '${specifier}'`)
    const nothing = used.map(({ specifier }) => `import '${specifier}'`)
    writeFileSync(path.join(folder, 'src/all.js'), `${imports.join('\n')}\nwindow.all = [${list}]\n`)
    writeFileSync(path.join(folder, 'src/nothing.js'), `${nothing.join('\n')}\n`)

    const { all: bundle } = await buildWith(bundler, folder, 'src/all.js')
    const left = /(?:from|import)\s*\(?["']@unblink\//.exec(bundle)
    if (left)
      throw new Error(`${bundler} left an import of ours in its bundle: ${bundle.slice(left.index, left.index + 80)}`)
    const { entry: rest } = await buildWith(bundler, folder, 'src/nothing.js')
    if (rest.length > MAX_NOTHING_BYTES)
      throw new Error(
        `${bundler} keeps ${rest.length} bytes of packages of which nothing is used:\n${rest.slice(0, 500)}`,
      )
    notes.push(`${bundler} ${used.length} entries, ${(bundle.length / 1024).toFixed(0)} KiB`)
  }
  return notes.join('; ')
}

/** The command works where npm puts it. */
const callCommand = async (folder) => {
  const output = await run(process.execPath, [path.join(folder, 'node_modules/.bin/unblink'), '--help'], {
    cwd: folder,
  })
  return output.split('\n').find(Boolean)
}

runMain(import.meta.url, async () => {
  const { flags } = parseFlags({ usage, options: { keep: { type: 'boolean' } } })
  requireNode()
  await ensurePackages()
  const folder = mkdtempSync(path.join(tmpdir(), 'unblink-install-'))
  const step = async (name, work) => {
    const startedAt = Date.now()
    process.stdout.write(`${name.padEnd(9)}`)
    const note = await work()
    console.log(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${note ?? ''}`)
  }
  const packages = getPublicPackages()
  const entries = listEntries(packages)
  let tarballs
  try {
    await step('build', () => build({ say: () => {} }))
    await step('pack', async () => {
      const names = packages.map(({ manifest }) => manifest.name)
      tarballs = await packPackages(names, folder)
      const bytes = [...tarballs.values()].reduce((sum, tarball) => sum + tarball.bytes.length, 0)
      return `${tarballs.size} tarballs, ${(bytes / 1024).toFixed(0)} KiB`
    })
    await step('install', () => install(folder, packages, tarballs))
    await step('import', () => importAll(folder, entries))
    await step('command', () => callCommand(folder))
    await step('types', () => checkTypes(folder, entries))
    await step('bundle', () => buildAll(folder, entries))
    console.log('Every package can be installed, imported, type-checked and bundled.')
  } finally {
    if (flags.keep) console.log(`The folder is ${folder}`)
    else rmSync(folder, { recursive: true, force: true })
  }
})
