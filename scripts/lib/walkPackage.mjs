import { builtinModules } from 'node:module'
import * as path from 'node:path'

const isBuiltin = (specifier) => specifier.startsWith('node:') || builtinModules.includes(specifier)

/** `@scope/name/sub` → `@scope/name`. */
const toPackageName = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** Every file that an export map, or a `bin`, names: `{ file, isTypes }`. The `source` condition is for this repository. */
function listTargets(value, isTypes = false) {
  if (typeof value === 'string') return [{ file: value.replace(/^\.\//, ''), isTypes }]
  return Object.entries(value ?? {})
    .filter(([key]) => key !== 'source')
    .flatMap(([key, inner]) => listTargets(inner, isTypes || key === 'types'))
}

/** What a relative import in a declaration file stands for, beside the file itself. */
const toDeclarations = (file) => [
  file.replace(/\.([cm]?)[jt]sx?$/, '.d.$1ts'),
  `${file}.d.ts`,
  `${file}/index.d.ts`,
  // A component's types lie beside it: Box.svelte.d.ts.
  file,
]

const listImports = (ts, file, text) =>
  /\.(svelte|vue)$/.test(file)
    ? [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, specifier]) => specifier)
    : ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)

/**
 * Follows a packed package from its exports inward. `files` is a map from path inside the tarball to text.
 * Returns the paths `reached`, the names of `packages` imported (with the file that does), whether any file imports a
 * module of Node, and the imports of files that were not packed (`missing`).
 */
export function walkPackage(ts, manifest, files) {
  const reached = new Set()
  const packages = new Map()
  const missing = []
  let usesNode = false
  const targets = [...listTargets(manifest.exports), ...listTargets(manifest.bin)]
  const waiting = targets.map(({ file, isTypes }) => ({ file, from: 'package.json', isTypes }))
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const candidates = next.isTypes ? toDeclarations(next.file) : [next.file]
    const file = candidates.find((candidate) => files.has(candidate))
    if (file === undefined) missing.push(`${next.from} leads to ${next.file}, which is not packed`)
    if (file === undefined || reached.has(file)) continue
    reached.add(file)
    if (!/\.([cm]?[jt]sx?|svelte|vue)$/.test(file)) continue
    for (const specifier of listImports(ts, file, files.get(file))) {
      if (specifier.startsWith('.')) {
        const target = path.posix.join(path.posix.dirname(file), specifier)
        waiting.push({ file: target, from: file, isTypes: /\.d\.[cm]?ts$/.test(file) })
      } else if (specifier.startsWith('#')) {
        const inner = listTargets(manifest.imports?.[specifier], false)
        if (inner.length === 0) missing.push(`${file} imports ${specifier}, which is not in "imports"`)
        inner.forEach((target) => waiting.push({ ...target, from: file }))
      } else if (isBuiltin(specifier)) usesNode = true
      else if (!packages.has(toPackageName(specifier))) packages.set(toPackageName(specifier), file)
    }
  }
  return { reached, packages, missing, usesNode }
}
