import { existsSync } from 'node:fs'
import * as path from 'node:path'
import { fromRoot } from './fromRoot.mjs'
import { isPortFree } from './isPortFree.mjs'
import { parsePort } from './parsePort.mjs'

export const bankOptions = { port: { type: 'string' }, data: { type: 'string' } }

export const bankFlagsHelp = `  --port N     the port, or the variable PORT (4600)
  --data DIR   where the database lives (.data/bank)`

/** The example's script and arguments from the flags. Throws one line when the port is taken. */
export async function getBankCommand(flags, command) {
  const port = parsePort(flags.port ?? process.env.PORT ?? '4600')
  const isFree = await isPortFree(port)
  if (!isFree) {
    throw new Error(`Port ${port} is in use. Stop what uses it, or choose another: ${command} -- --port ${port + 1}`)
  }
  const data = flags.data ? path.resolve(flags.data) : fromRoot('.data/bank')
  return { script: fromRoot('examples/bank/dist/serve.js'), args: ['--port', String(port), '--data', data] }
}

/** Throws when the build has not produced the example. */
export function requireBank(script) {
  if (!existsSync(script))
    throw new Error('examples/bank/dist/serve.js was not built: examples/bank/src/serve.ts does not exist.')
}
