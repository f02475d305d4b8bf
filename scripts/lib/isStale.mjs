import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { fromRoot, root } from './fromRoot.mjs'
import { writeAtomic } from './writeAtomic.mjs'

/** Whatever these hold may change any bundle: the tools' versions and the packages' export maps. */
const COMMON_INPUTS = ['rollup.config.mjs', 'package-lock.json', 'scripts/build.mjs', 'scripts/lib/toRollup.mjs']

const stampFile = (name) => fromRoot('.cache/build', `${name.replace(/\W+/g, '-')}.json`)

const hashFile = (file) => {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('base64url')
  } catch {
    return 'missing'
  }
}

/** Has an input changed by content since `stamp(name, …)`, or an output gone? Time stamps are not looked at: they lie after a checkout. */
export function isStale(name, outputs) {
  try {
    const { inputs } = JSON.parse(readFileSync(stampFile(name), 'utf8'))
    const isChanged = ([file, hash]) => hashFile(fromRoot(file)) !== hash
    return Object.entries(inputs).some(isChanged) || !outputs.every((file) => existsSync(fromRoot(file)))
  } catch {
    return true // never built, or a stamp of another shape
  }
}

/** Remembers the inputs (absolute paths) that a finished step was made from. */
export function stamp(name, files) {
  const inputs = {}
  const own = files.filter((file) => path.isAbsolute(file) && existsSync(file)).map((file) => path.relative(root, file))
  for (const file of [...new Set([...COMMON_INPUTS, ...own])].sort()) inputs[file] = hashFile(fromRoot(file))
  writeAtomic(stampFile(name), JSON.stringify({ inputs }, null, 2))
}
