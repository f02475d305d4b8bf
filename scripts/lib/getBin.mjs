import { readFileSync } from 'node:fs'
import { fromRoot } from './fromRoot.mjs'

/** The script behind a package's command, to be run by this Node: works where `node_modules/.bin` holds shell shims. */
export function getBin(packageName, command = packageName) {
  const { bin } = JSON.parse(readFileSync(fromRoot('node_modules', packageName, 'package.json'), 'utf8'))
  return fromRoot('node_modules', packageName, typeof bin === 'string' ? bin : bin[command])
}
