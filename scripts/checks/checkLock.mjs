import { readFileSync } from 'node:fs'
import { root } from '../lib/fromRoot.mjs'
import { getWorkspaces } from '../lib/getWorkspaces.mjs'

const FIELDS = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']

const toSorted = (object = {}) => JSON.stringify(Object.entries(object).sort())

/** Download addresses and places where the lock file and a package.json disagree (`npm ci` would refuse), a line each. */
export function findLockProblems(lock, manifests) {
  const addresses = Object.entries(lock.packages)
    .filter(([, { resolved, link }]) => resolved && !link)
    .map(([place]) => `${place} has a "resolved" address`)
  const disagreements = manifests.flatMap(({ folder, manifest }) => {
    const locked = lock.packages[folder]
    if (!locked) return [`${folder || 'package.json'} is not in the lock file`]
    return FIELDS.filter((field) => toSorted(manifest[field]) !== toSorted(locked[field])).map(
      (field) => `${folder || 'package.json'}: ${field} differ from the lock file`,
    )
  })
  return [...addresses, ...disagreements]
}

/** The lock file installs on a clean machine, from whatever registry that machine uses. */
export async function checkLock() {
  const read = (name) => JSON.parse(readFileSync(`${root}/${name}`, 'utf8'))
  const lock = read('package-lock.json')
  const manifests = [{ folder: '', manifest: read('package.json') }, ...getWorkspaces()]
  return {
    problem: findLockProblems(lock, manifests).join('\n'),
    fix: 'Run npm install (the .npmrc keeps addresses out), then npm ci.',
    note: `${Object.keys(lock.packages).length} entries`,
  }
}
