import { build } from './build.mjs'
import { ensurePackages } from './ensure.mjs'
import { bankFlagsHelp, bankOptions, getBankCommand, requireBank } from './lib/bankFlags.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runMain } from './lib/runMain.mjs'
import { superviseChild } from './lib/superviseChild.mjs'

const usage = `
Usage: npm start [-- --port N --data DIR]

Installs what is missing, builds what is stale, and starts the example bank with the server and its embedded database.
Ctrl-C stops everything.

${bankFlagsHelp}
`

runMain(import.meta.url, async () => {
  requireNode()
  const { flags } = parseFlags({ usage, options: bankOptions })
  const { script, args } = await getBankCommand(flags, 'npm start')
  await ensurePackages()
  await build()
  requireBank(script)
  const bank = superviseChild(script, args)
  let isStopping = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // The second Ctrl-C is impatience: the exit kills the example at once.
      if (isStopping) process.exit(0)
      isStopping = true
      void bank.stop()
    })
  }
  const code = await bank.ended
  if (isStopping) process.exit(0)
  console.error(`The example stopped by itself (exit code ${code}); it says why above.`)
  process.exit(code || 1)
})
