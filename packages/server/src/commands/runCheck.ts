import { readFile } from 'node:fs/promises'
import { getMessage } from '../log.ts'
import { checkSite, formatFinding, type Finding } from '../site/checkSite.ts'
import { createManifest } from '../site/createManifest.ts'
import { findPageDoubts, type PageSource } from '../site/findPageDoubts.ts'
import { getActions } from '../site/getActions.ts'
import { formatPath } from '../site/problem.ts'
import { findConfig } from './findConfig.ts'
import { readFlags } from './readFlags.ts'
import { UsageError } from './UsageError.ts'

const USAGE = `unblink check [FILE]: check a site config and print the version of its manifest

  --config FILE   the same as FILE (default: unblink.config.ts, .js, .mjs or .json in this folder)
  --page PAGE     a page as it is sent, by its file or address, once for each page: what pages and site do not know of each
                  other's slots is told, too
  --json          print it as JSON: { ok, version?, actions?, findings: [{ severity, file, path, message, line?, column? }] }
  --help          this text

Errors and warnings go to stderr, one a line: FILE:LINE:COLUMN: PATH: MESSAGE. Ends with 1 when there are errors.
`

const PAGE_MS = 10_000

async function readPage(name: string): Promise<PageSource> {
  try {
    if (!/^https?:/.test(name)) return { name, html: await readFile(name, 'utf8') }
    process.stderr.write(`reading ${name}\n`)
    const response = await fetch(name, { signal: AbortSignal.timeout(PAGE_MS) })
    if (!response.ok) throw new Error(`it was answered with ${response.status}`)
    return { name, html: await response.text() }
  } catch (error) {
    throw new UsageError(
      `--page ${name}: cannot be read: ${getMessage(error)}. Give a file or an address that answers.`,
    )
  }
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`

export async function runCheck(args: string[]): Promise<number> {
  const { flags, name } = readFlags(
    args,
    {
      config: { type: 'string' },
      page: { type: 'string', multiple: true },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
    true,
  )
  if (flags.help) return (process.stdout.write(USAGE), 0)
  const file = findConfig(name ?? flags.config)
  const { site, findings: own } = await checkSite(file, Date.now())
  const pages = site && flags.page ? await Promise.all(flags.page.map(readPage)) : []
  const doubts = pages.length > 0 ? findPageDoubts(site!.slots, pages) : []
  const findings: readonly Finding[] = [
    ...own,
    ...doubts.map(({ path, message }) => ({ severity: 'warning' as const, file, path: formatPath(path), message })),
  ]
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
