import { build } from './build.mjs'
import { ensureBrowsers, ensurePackages } from './ensure.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { getBin } from './lib/getBin.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runCommand } from './lib/runCommand.mjs'
import { runMain } from './lib/runMain.mjs'
import { startDisplay } from './lib/startDisplay.mjs'

const usage = `
Usage: npm run e2e [-- NAME...] [-- --project chromium|firefox] [Playwright's flags]

Builds what is stale and runs e2e/specs in real browsers. NAME picks the specs whose path holds it: npm run e2e -- faults
Everything else goes to Playwright as it is, for instance -g "holdout", --headed, --debug, --repeat-each 5, --list.
On a machine without a screen, headed browsers get a virtual one (Xvfb).

  --project NAME   one browser only (chromium or firefox); may be repeated
`

const PROJECTS = ['chromium', 'firefox']

/**
 * Runs Playwright with these arguments and resolves to its exit code. The build and the packages must be there.
 * Without `projects`, all of them.
 */
export async function runSpecs({ projects = PROJECTS, args = [], env = {} }) {
  const unknown = projects.filter((name) => !PROJECTS.includes(name))
  if (unknown.length > 0) throw new Error(`No such project: ${unknown.join(', ')}. There are: ${PROJECTS.join(', ')}.`)
  await ensureBrowsers([...projects, 'xvfb'])
  const screen = await startDisplay()
  const cli = getBin('@playwright/test', 'playwright')
  const display = screen ? { DISPLAY: screen.display } : {}
  const named = projects.map((name) => `--project=${name}`)
  const all = [cli, 'test', '-c', fromRoot('e2e/playwright.config.ts'), ...named, ...args]
  const code = await runCommand(process.execPath, all, { env: { ...display, ...env } })
  screen?.stop()
  return code
}

runMain(import.meta.url, async () => {
  requireNode()
  const options = { project: { type: 'string', multiple: true } }
  const { flags, rest } = parseFlags({ usage, options, passthrough: true })
  await ensurePackages()
  await build()
  process.exitCode = await runSpecs({ projects: flags.project, args: rest })
})
