import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { root } from '../lib/fromRoot.mjs'
import { getWorkspaces } from '../lib/getWorkspaces.mjs'

const FIELDS = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']

const getDependencies = (manifest) => FIELDS.flatMap((field) => Object.entries(manifest[field] ?? {}))

/** Peer ranges are wide on purpose, so they are not compared with what is installed here. */
const getInstalled = (manifest) =>
  FIELDS.filter((field) => field !== 'peerDependencies').flatMap((field) => Object.entries(manifest[field] ?? {}))

function findVersionProblems(all) {
  const own = new Map(all.map(({ manifest }) => [manifest.name, manifest.version]))
  const seen = new Map()
  return all.flatMap(({ folder, manifest }) =>
    getInstalled(manifest).flatMap(([name, range]) => {
      if (own.has(name))
        return own.get(name) === range
          ? []
          : [`${folder}: ${name} is ${range}, but its version here is ${own.get(name)}`]
      const first = seen.get(name) ?? { range, folder }
      seen.set(name, first)
      return first.range === range ? [] : [`${folder}: ${name} is ${range}, but ${first.range} in ${first.folder}`]
    }),
  )
}

const listSources = (folder) => {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name))
    .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`)
}

/** `from '@unblink/x'`, `import('@unblink/x')`: an import of another workspace. */
const IMPORT = /(?:from|import)\s*\(?\s*['"](@unblink(?:-examples)?\/[\w-]+)['"]/g

function findUndeclared({ folder, manifest }, top) {
  const declared = new Set([manifest.name, ...getDependencies(manifest).map(([name]) => name)])
  const files = listSources(`${top}/${folder}`).filter((file) => !/\/(node_modules|dist|results)\//.test(file))
  const imported = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, name]) => name))
  const missing = new Set(imported.filter((name) => !declared.has(name)))
  return [...missing].map((name) => `${folder}: imports ${name}, which is not in its package.json`)
}

function findReferenceProblems({ folder, manifest }, all, top) {
  const file = `${top}/${folder}/tsconfig.json`
  if (!existsSync(file)) return [`${folder}: has no tsconfig.json`]
  const { references = [], compilerOptions = {} } = JSON.parse(readFileSync(file, 'utf8'))
  if (compilerOptions.noEmit) return []
  const referred = new Set(references.map(({ path }) => path.split('/').at(-1)))
  const own = all.filter(({ manifest: other }) => manifest.dependencies?.[other.name]).map(({ folder: other }) => other)
  return own
    .filter((other) => !referred.has(other.split('/').at(-1)))
    .map((other) => `${folder}/tsconfig.json: no reference to ${other}, so tsc -b does not build it first`)
}

function findRootReferenceProblems(all, top) {
  const { references } = JSON.parse(readFileSync(`${top}/tsconfig.json`, 'utf8'))
  const listed = new Set(references.map(({ path }) => path))
  return all.filter(({ folder }) => !listed.has(folder)).map(({ folder }) => `tsconfig.json: no reference to ${folder}`)
}

/** Everything that is wrong between the package.json and tsconfig.json files of a checkout, a line each. */
export function findManifestProblems(top = root) {
  const all = getWorkspaces(top)
  const top_ = { folder: 'package.json', manifest: JSON.parse(readFileSync(`${top}/package.json`, 'utf8')) }
  return [
    ...findVersionProblems([top_, ...all]),
    ...all.flatMap((workspace) => findUndeclared(workspace, top)),
    ...all.flatMap((workspace) => findReferenceProblems(workspace, all, top)),
    ...findRootReferenceProblems(all, top),
  ]
}

/** One version of each dependency, every import declared, every dependency built first. */
export async function checkManifests() {
  return {
    problem: findManifestProblems().join('\n'),
    fix: 'Correct these files; after a change of versions run npm install, then npm ci to see that the lock file holds.',
    note: `${getWorkspaces().length} workspaces`,
  }
}
