import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { fromRoot } from './fromRoot.mjs'
import { writeAtomic } from './writeAtomic.mjs'

const FOLDER = fromRoot('.cache/cli')
const CLI = join(FOLDER, 'cli.js')
/** Files of earlier bundles may still be asked for by a run beside this one. */
const KEEP_MS = 3_600_000

/**
 * Bundles the command `unblink` from its sources into `.cache/cli/cli.js`, for tests that start it again and again: compiling a
 * few hundred files at each start took most of their time. What is imported where it is needed stays a file of its own. Sources
 * that cannot be bundled give a command that says so, and the tests that do not start it run all the same.
 */
export async function bundleCli() {
  const files = await bundle().catch(({ message }) => [
    { path: CLI, contents: `throw new Error(${JSON.stringify(message)})\n` },
  ])
  // The command last: whoever starts it meanwhile, in a run beside this one, finds all that it imports.
  for (const { path, contents } of files.sort((a, b) => (a.path === CLI) - (b.path === CLI)))
    writeAtomic(path, contents)
  const paths = new Set(files.map(({ path }) => path))
  // Also what has not changed is of this run: the next bundle, of other sources, must not take it for one of long ago.
  for (const path of paths) utimesSync(path, new Date(), new Date())
  for (const path of readdirSync(FOLDER).map((name) => join(FOLDER, name)))
    if (!paths.has(path) && Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > KEEP_MS)
      rmSync(path, { force: true })
}

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [fromRoot('packages/server/src/cli.ts')],
    outdir: FOLDER,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    // Packages of npm stay where they are; ours are read from their sources.
    plugins: [{ name: 'npm', setup: leaveNpm }],
    write: false,
  })
  return outputFiles
}

const leaveNpm = ({ onResolve }) =>
  onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
    kind === 'entry-point' || path.startsWith('@unblink/') ? undefined : { path, external: true },
  )
