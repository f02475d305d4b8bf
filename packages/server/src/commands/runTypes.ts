import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { getMessage } from '../log.ts'
import { loadSite } from '../site/loadSite.ts'
import { findConfig } from './findConfig.ts'
import { readFlags } from './readFlags.ts'
import { renderTypes } from './renderTypes.ts'

const USAGE = `unblink types: write the names of slots, goals, components and actions, and their props, as TypeScript types

  --config FILE  the site config (default: unblink.config.ts, .js, .mjs or .json in this folder)
  --out FILE     where to write them, somewhere that your tsconfig.json includes (default unblink.d.ts)
  --check        write nothing; end with 1 when FILE is not what would be written
  --help         this text

With the file, useDecision('home.hreo') and a conversion of a goal that does not exist no longer compile.
`

/** `unblink types`. */
export async function runTypes(args: string[]): Promise<number> {
  const { flags } = readFlags(args, {
    config: { type: 'string' },
    out: { type: 'string', default: 'unblink.d.ts' },
    check: { type: 'boolean' },
    help: { type: 'boolean' },
  })
  if (flags.help) return (process.stdout.write(USAGE), 0)
  const config = findConfig(flags.config)
  const site = await loadSite(config)
  if (!site.ok) throw new Error(site.error)
  const text = renderTypes(site.value, basename(config))
  if (flags.check) {
    const written = await readFile(flags.out, 'utf8').catch(() => undefined)
    if (written === text) return (process.stdout.write(`${flags.out} is up to date.\n`), 0)
    const what = written === undefined ? 'cannot be read' : 'is out of date'
    process.stderr.write(`${flags.out} ${what}. Write it: unblink types --config ${config} --out ${flags.out}\n`)
    return 1
  }
  try {
    await writeFile(flags.out, text)
  } catch (error) {
    throw new Error(`${flags.out} cannot be written: ${getMessage(error)}. Name another file with --out.`, {
      cause: error,
    })
  }
  process.stdout.write(`${flags.out} has the types of the site "${site.value.id}".\n`)
  return 0
}
