import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const inVite = createRequire(import.meta.url)
const vite = join(dirname(inVite.resolve('vite/package.json')), 'bin/vite.js')
const args = process.argv.slice(2)

/** Runs one step of the build; what it has to say is its own, and only when it fails. */
function run(script, scriptArgs) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...scriptArgs], {
    cwd: here,
    encoding: 'utf8',
  })
  if (status === 0) return
  console.error(`${stdout}${stderr}\nThe shop could not be built; the lines above say why.`)
  process.exit(1)
}

console.log('Building what has changed …')
run(join(here, '../../scripts/build.mjs'), [])
// Who only asks for the flags needs no pages.
if (!args.includes('--help')) run(vite, ['build', '--logLevel', 'warn'])

// React has a slower build that explains itself, and takes it unless it is told otherwise.
process.env.NODE_ENV ??= 'production'
const { main } = await import('./dist/serve.js')
await main(args)
