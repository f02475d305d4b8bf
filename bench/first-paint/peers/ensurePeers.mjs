import { arePackagesCurrent } from '../../../scripts/ensure.mjs'
import { runShowingProgress } from '../../../scripts/lib/runShowingProgress.mjs'
import { peersFolder } from './findPeerFile.mjs'

/** Installs the peers from their own lock file unless they are there; none of their install scripts runs. */
export async function ensurePeers() {
  if (arePackagesCurrent(peersFolder)) return
  const cli = process.env.npm_execpath
  const [command, ...first] = cli?.endsWith('npm-cli.js') ? [process.execPath, cli] : ['npm']
  const args = [
    ...first,
    'ci',
    '--prefix',
    peersFolder,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  if (await runShowingProgress('installing the peers (npm ci in bench/first-paint)', command, args)) return
  throw new Error('The peers could not be installed; npm says why above. Is the network up?')
}
