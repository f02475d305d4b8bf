import { checkSite, formatFinding } from '../site/checkSite.ts'
import { createManifest } from '../site/createManifest.ts'
import { getActions } from '../site/getActions.ts'
import { findConfig } from './findConfig.ts'
import { readFlags } from './readFlags.ts'

const USAGE = `unblink check [FILE]: check a site config and print the version of its manifest

  --config FILE   the same as FILE (default: unblink.config.ts, .js, .mjs or .json in this folder)
  --json          print it as JSON: { ok, version?, actions?, findings: [{ severity, file, path, message, line?, column? }] }
  --help          this text

Errors and warnings go to stderr, one a line: FILE:LINE:COLUMN: PATH: MESSAGE. Ends with 1 when there are errors.
`

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`

export async function runCheck(args: string[]): Promise<number> {
  const { flags, name } = readFlags(
    args,
    { config: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
    true,
  )
  if (flags.help) return (process.stdout.write(USAGE), 0)
  const { site, findings } = await checkSite(findConfig(name ?? flags.config), Date.now())
  const manifest = site && createManifest(site)
  const actions = getActions(site?.experiences.flatMap(({ variants }) => variants) ?? [])
  if (flags.json) {
    const report = { ok: !!site, ...(manifest ? { version: manifest.version, actions } : {}), findings }
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    return site ? 0 : 1
  }
  for (const finding of findings) process.stderr.write(`${formatFinding(finding)}\n`)
  if (!site || !manifest) return 1
  const warnings = findings.length > 0 ? `, ${count(findings.length, 'warning')}` : ''
  const { slots, experiences, version } = manifest
  process.stdout.write(
    `Site "${site.id}" is sound: ${count(Object.keys(slots).length, 'slot')}, ${count(experiences.length, 'experience')}, manifest ${version}${warnings}.\n`,
  )
  if (actions.length > 0) process.stdout.write(`Its pages have to give these actions: ${actions.join(', ')}.\n`)
  return 0
}
