import { createLinks } from '../identity/createLinks.ts'
import { readAttributes } from '../profile/readAttributes.ts'
import { listVisitors, replayVisitor } from '../profile/replayVisitor.ts'
import { createStore } from '../store/createStore.ts'
import { openLog } from './openLog.ts'
import { readFlags } from './readFlags.ts'
import { readSiteFor } from './readSiteFor.ts'
import { UsageError } from './UsageError.ts'

const USAGE = `unblink replay: work profiles out anew from the log of events

  --config FILE   the site config (default: unblink.config.ts, .js, .mjs or .json in this folder)
  --data DIR      folder of the database, as given to unblink serve (required)
  --check         compare each profile with the stored one, byte by byte; ends with 1 when one differs
  --write         store what came out: after the config has got new attributes, categories or goals
  --visitor ID    this visitor only, printed with their attributes
  --at TIME       only what had arrived by then, like 2030-01-31T09:00:00Z; needs --visitor
  --help          this text

A profile whose first events the retention has deleted cannot be worked out anew: --check names it, --write leaves it.
`

const OPTIONS = {
  config: { type: 'string' },
  data: { type: 'string' },
  check: { type: 'boolean' },
  write: { type: 'boolean' },
  visitor: { type: 'string' },
  at: { type: 'string' },
  help: { type: 'boolean' },
} as const

/** So many are named; the rest is counted. */
const MAX_NAMED = 20

function parseTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new UsageError(`--at ${text}: expected a time like 2030-01-31T09:00:00Z.`)
  return at
}

export async function runReplay(args: string[]): Promise<number> {
  const { flags } = readFlags(args, OPTIONS)
  if (flags.help) return (process.stdout.write(USAGE), 0)
  const { check = false, write = false, visitor } = flags
  const before = parseTime(flags.at)
  if (before !== undefined && visitor === undefined)
    throw new UsageError('--at tells of one visitor: add --visitor ID.')
  if (!check && !write && visitor === undefined)
    throw new UsageError('Say what to do: --check, --write, or --visitor ID.')
  if (write && (check || before !== undefined))
    throw new UsageError('--write stores what is so now: leave out --check and --at.')
  const site = await readSiteFor(flags.config)
  const database = openLog(flags.data)
  try {
    const store = createStore(database, site.id)
    const links = createLinks(database, site.id)
    if (visitor !== undefined && !check && !write) {
      const profile = replayVisitor({ site, database, visitor, before })
      if (!profile)
        throw new UsageError(
          `--visitor ${visitor}: the log has nothing of this visitor${before === undefined ? '' : ' by then'}.`,
        )
      const attributes = readAttributes(profile, site, before ?? Date.now())
      process.stdout.write(`${JSON.stringify({ profile, attributes }, null, 2)}\n`)
      return 0
    }
    const different: string[] = []
    let count = 0
    let written = 0
    let linked = 0
    for (const one of visitor === undefined ? listVisitors(database, site.id) : [visitor]) {
      // What was learnt of them is part of a user's profile, which other visitors have made, too.
      if (links.getLatestMerge(one)) {
        linked++
        continue
      }
      // Nothing may be learnt of this visitor between reading and writing.
      if (write) database.exec('BEGIN IMMEDIATE')
      const profile = replayVisitor({ site, database, visitor: one })
      const stored = store.getProfile(one)
      const isSame = JSON.stringify(stored) === JSON.stringify(profile)
      // Each event raises the generation, so a higher one has learnt from events that the log does not have any more.
      const isWhole = profile && (stored?.generation ?? 0) <= profile.generation
      if (write && !isSame && isWhole) store.saveProfile(profile)
      if (write) database.exec('COMMIT')
      count++
      if (isSame) continue
      different.push(one)
      if (isWhole) written++
    }
    const named = different.slice(0, MAX_NAMED).map((one) => `  ${one}\n`)
    const rest = different.length > MAX_NAMED ? `  and ${different.length - MAX_NAMED} more\n` : ''
    const outcome = write
      ? `${written} were different and are stored now, ${different.length - written} are left, because the log has lost events of theirs`
      : `${different.length} differ from what is stored`
    const users = linked > 0 ? `${linked} visitors are linked to users, and are left out.\n` : ''
    process.stdout.write(
      `${count} profiles worked out anew; ${outcome}.\n${users}${check ? named.join('') + rest : ''}`,
    )
    return check && different.length > 0 ? 1 : 0
  } finally {
    database.close()
  }
}
