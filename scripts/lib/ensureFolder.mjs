import { arePackagesCurrent } from '../ensure.mjs'
import { fromRoot } from './fromRoot.mjs'
import { runShowingProgress } from './runShowingProgress.mjs'

/**
 * Installs what a folder's own lock file says, unless it is there: packages that only one benchmark or test needs stay apart from
 * the project's own. None of their install scripts runs. Takes a path from the top; throws when npm could not do it.
 */
export async function ensureFolder(name) {
  const folder = fromRoot(name)
  if (arePackagesCurrent(folder)) return
  const cli = process.env.npm_execpath
  const [command, ...first] = cli?.endsWith('npm-cli.js') ? [process.execPath, cli] : ['npm']
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  // Not `npm ci`, which insists that the lock file knows the optional packages of all platforms.
  const args = [...first, 'install', '--prefix', folder, ...options]
  if (await runShowingProgress(`installing what it needs of others (npm install in ${name})`, command, args)) return
  throw new Error(`The packages of ${name} could not be installed; npm says why above. Is the network up?`)
}
