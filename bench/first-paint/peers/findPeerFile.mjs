import { existsSync } from 'node:fs'
import * as path from 'node:path'
import { fromRoot } from '../../../scripts/lib/fromRoot.mjs'

/** Where the peers are installed; apart from the project's own packages. */
const peersFolder = fromRoot('bench/first-paint')

/** The absolute path of a file in a peer's package, whatever its `exports` say. */
export function findPeerFile(name, file) {
  const found = path.join(peersFolder, 'node_modules', name, file)
  if (existsSync(found)) return found
  throw new Error(`${name} has no ${file}. Was its version changed? Look for the new name of its build.`)
}
