import { existsSync, watch } from 'node:fs'
import { build } from './build.mjs'
import { ensurePackages } from './ensure.mjs'
import { bankFlagsHelp, bankOptions, getBankCommand, requireBank } from './lib/bankFlags.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runMain } from './lib/runMain.mjs'
import { superviseChild } from './lib/superviseChild.mjs'

const usage = `
Usage: npm run dev [-- --port N --data DIR]

npm start that watches: after each change in packages/ or examples/ it builds what is stale and starts the example
again. An error is shown, and the last good build goes on running.

${bankFlagsHelp}
`

const WATCHED = ['packages', 'examples']
/** Editors write a file in several steps, and a branch switch writes many files. */
const SETTLE_MS = 150

// What the build itself writes must not start the next build.
const isOurOutput = (file) => /(^|[\\/])(dist|node_modules)([\\/]|$)|bootSource\.ts|\.tsbuildinfo$|\.part$/.test(file)

/** Calls back after a change has settled. */
function watchSources(callback) {
  let timer
  const onChange = (_, file) => {
    if (file && isOurOutput(file)) return
    clearTimeout(timer)
    timer = setTimeout(callback, SETTLE_MS)
  }
  for (const folder of WATCHED) if (existsSync(fromRoot(folder))) watch(fromRoot(folder), { recursive: true }, onChange)
}

runMain(import.meta.url, async () => {
  requireNode()
  const { flags } = parseFlags({ usage, options: bankOptions })
  const { script, args } = await getBankCommand(flags, 'npm run dev')
  await ensurePackages()
  let bank
  let work = Promise.resolve()
  const rebuild = async () => {
    try {
      await build()
      requireBank(script)
    } catch (error) {
      console.error(`${error.message}\nStill running the last good build; waiting for the next change.`)
      return
    }
    await bank?.stop()
    bank = superviseChild(script, args)
  }
  // One after the other: a change during a build starts another one after it.
  const enqueue = () => (work = work.then(rebuild))
  watchSources(enqueue)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => void Promise.resolve(bank?.stop()).then(() => process.exit(0)))
  }
  await enqueue()
})
