import * as path from 'node:path'

/** What each of these can be imported from at all, besides files to be served: `{ name, specifier, isPlain }`. */
export function listEntries(packages) {
  return packages.flatMap(({ manifest }) =>
    Object.entries(manifest.exports)
      .filter(([, target]) => target.types)
      .map(([subpath, target]) => ({
        name: manifest.name,
        specifier: path.posix.join(manifest.name, subpath),
        // This condition says that the framework's own compiler is needed, which only Vite's build has here.
        isPlain: !('svelte' in target),
      })),
  )
}
