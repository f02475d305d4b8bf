import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { root } from './fromRoot.mjs'
import { captureCommand } from './runCommand.mjs'

/**
 * Packs workspaces into tarballs, in one run of npm: what `npm publish` would send. Resolves to a map from package name to
 * `{ file, bytes }`. The build must be there.
 */
export async function packPackages(names, destination) {
  if (names.length === 0) return new Map()
  const workspaces = names.map((name) => `--workspace=${name}`)
  const { code, output } = await captureCommand(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', destination, ...workspaces],
    { cwd: root },
  )
  if (code !== 0) throw new Error(`npm pack failed:\n${output}`)
  const packed = JSON.parse(output.slice(output.search(/[[{]/)))
  return new Map(
    // Older versions of npm give a list, newer ones an object by name.
    Object.values(packed).map(({ name, filename }) => {
      const file = path.join(destination, filename.replace(/^@/, '').replace('/', '-'))
      return [name, { file, bytes: readFileSync(file) }]
    }),
  )
}
