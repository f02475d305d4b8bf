import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** Runs `main` when the module at `url` was started as a command, not when it was imported. A failure is one line and exit code 1. */
export function runMain(url, main) {
  const started = process.argv[1]
  if (!started || pathToFileURL(realpathSync(started)).href !== url) return
  main().catch((error) => {
    console.error(process.env.DEBUG ? error : error.message)
    process.exitCode = 1
  })
}
