import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { fromRoot, root } from '../lib/fromRoot.mjs'
import { getPublicPackages } from '../lib/getPublicPackages.mjs'
import { getWorkspaces } from '../lib/getWorkspaces.mjs'
import { packPackages } from '../lib/packPackages.mjs'
import { walkPackage } from '../lib/walkPackage.mjs'
import { writeAtomic } from '../lib/writeAtomic.mjs'

const CACHE = '.cache/packages'
const LICENSE = 'docs/LICENSE'

/** These resolve nothing but CommonJS; the packages are ECMAScript modules only, which `require` takes from Node 20.19 on. */
const WITHOUT_ESM = ['node10', 'node16-cjs']

/** What every published package.json says, and what is wrong where it does not. */
export function findManifestFlaws(manifest, privateNames) {
  const { name, license, type, description, keywords = [], publishConfig = {}, exports: map, files = [] } = manifest
  const flaws = [
    [license !== 'MIT', 'license is not MIT'],
    [type !== 'module', 'type is not module'],
    [!description, 'has no description'],
    [keywords.length === 0, 'has no keywords'],
    [publishConfig.access !== 'public', 'publishConfig.access is not public'],
    [publishConfig.provenance !== true, 'publishConfig.provenance is not true'],
    [manifest.sideEffects === undefined, 'does not say what its side effects are'],
    [!map?.['.'], 'exports nothing under "."'],
    [!files.includes('!dist/.tsbuildinfo'), 'packs dist/.tsbuildinfo: add "!dist/.tsbuildinfo" to files'],
    ...Object.keys(manifest.dependencies ?? {}).map((dependency) => [
      privateNames.includes(dependency),
      `depends on ${dependency}, which is not published: bundle it (rollup.config.mjs) and make it a devDependency`,
    ]),
  ]
  return flaws.filter(([isFlaw]) => isFlaw).map(([, what]) => `${name}: ${what}`)
}

/** Imports of a packed package that its users could not follow. */
export function findImportFlaws(manifest, { packages, missing }) {
  const declared = new Set([
    manifest.name,
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
  ])
  return [
    ...missing,
    ...[...packages]
      .filter(([name]) => !declared.has(name))
      .map(([name, file]) => `${file} imports ${name}, which is no dependency`),
  ].map((what) => `${manifest.name}: ${what}`)
}

function hashFolder(folder) {
  const hash = createHash('sha256')
  const entries = readdirSync(fromRoot(folder), { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.tsbuildinfo'))
    .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`)
    .filter((file) => !file.includes('/node_modules/'))
  for (const file of files.sort()) hash.update(file).update(readFileSync(file))
  return hash.digest('base64url')
}

/** What the tools and the walk find in one tarball. */
async function examine(manifest, bytes) {
  const [{ publint }, { formatMessage }, attw, { default: ts }] = await Promise.all([
    import('publint'),
    import('publint/utils'),
    import('@arethetypeswrong/core'),
    import('typescript'),
  ])
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
  const packed = attw.createPackageFromTarballData(bytes)
  // A file without declarations beside it is one to be served, not imported.
  const excludeEntrypoints = Object.keys(manifest.exports).filter((path) => !manifest.exports[path].types)
  const { problems = [] } = await attw.checkPackage(packed, { excludeEntrypoints })
  const prefix = `/node_modules/${manifest.name}/`
  const files = new Map(
    packed.listFiles(prefix).map((file) => [file.slice(prefix.length), packed.tryReadFile(file) ?? '']),
  )
  return [
    ...messages.map((message) => `${manifest.name}: publint: ${formatMessage(message, pkg)}`),
    ...problems
      .filter(({ resolutionKind, resolutionOption }) => !WITHOUT_ESM.includes(resolutionKind ?? resolutionOption))
      .map(({ kind, ...about }) => `${manifest.name}: attw: ${kind} ${JSON.stringify(about)}`),
    ...findImportFlaws(manifest, walkPackage(ts, manifest, files)),
  ]
}

const readCached = (name) => {
  try {
    return JSON.parse(readFileSync(fromRoot(CACHE, `${name}.json`), 'utf8'))
  } catch {
    return {} // never checked, or by an older version of this file
  }
}

/** Packs each package and looks at it as its users would get it: publint, are-the-types-wrong, and every import in it. */
export async function checkPackages() {
  const all = getPublicPackages()
  const privateNames = getWorkspaces()
    .filter(({ manifest }) => manifest.private)
    .map(({ manifest }) => manifest.name)
  const license = readFileSync(fromRoot(LICENSE), 'utf8')
  const problems = all.flatMap(({ folder, manifest }) => {
    const own = fromRoot(folder, 'LICENSE')
    const isSame = existsSync(own) && readFileSync(own, 'utf8') === license
    return [
      ...findManifestFlaws(manifest, privateNames),
      ...(isSame ? [] : [`${manifest.name}: ${folder}/LICENSE is not a copy of ${LICENSE}`]),
    ]
  })

  // The tools take seconds for each package, and find the same in the same files.
  const tools = createHash('sha256').update(readFileSync(fromRoot('package-lock.json')))
  for (const file of ['scripts/checks/checkPackages.mjs', 'scripts/lib/walkPackage.mjs'])
    tools.update(readFileSync(fromRoot(file)))
  const version = tools.digest('base64url')
  const states = all.map(({ folder, manifest }) => {
    const name = folder.split('/').at(-1)
    const hash = `${version} ${hashFolder(folder)}`
    const cached = readCached(name)
    return { name, manifest, hash, found: cached.hash === hash ? cached.found : undefined }
  })
  const stale = states.filter(({ found }) => found === undefined)
  const destination = fromRoot(CACHE, 'tarballs')
  mkdirSync(destination, { recursive: true })
  const tarballs = await packPackages(
    stale.map(({ manifest }) => manifest.name),
    destination,
  )
  for (const state of stale) {
    state.found = await examine(state.manifest, tarballs.get(state.manifest.name).bytes)
    writeAtomic(fromRoot(CACHE, `${state.name}.json`), JSON.stringify({ hash: state.hash, found: state.found }))
  }
  rmSync(destination, { recursive: true, force: true })
  return {
    problem: [...problems, ...states.flatMap(({ found }) => found)].join('\n').replaceAll(root, '.'),
    fix: 'Correct the package.json; docs/decisions/0011-packages.md says how a package is put together.',
    note: `${all.length} packages, ${stale.length} of them packed and looked at anew`,
  }
}
