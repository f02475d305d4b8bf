import { arePackagesCurrent } from '../../scripts/ensure.mjs'
import { fromRoot } from '../../scripts/lib/fromRoot.mjs'
import { runShowingProgress } from '../../scripts/lib/runShowingProgress.mjs'

/** Where the peers are installed; apart from the project's own packages. */
export const peersFolder = fromRoot('bench/tracker')

/** Installs the peers from their own lock file unless they are there; none of their install scripts runs. */
export async function ensurePeers() {
  if (arePackagesCurrent(peersFolder)) return
  const cli = process.env.npm_execpath
  const [command, ...first] = cli?.endsWith('npm-cli.js') ? [process.execPath, cli] : ['npm']
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const args = [...first, 'ci', '--prefix', peersFolder, ...options]
  if (await runShowingProgress('installing the peers (npm ci in bench/tracker)', command, args)) return
  throw new Error('The peers could not be installed; npm says why above. Is the network up?')
}
