import { readAttributes } from '../profile/readAttributes.ts'
import { replayVisitor } from '../profile/replayVisitor.ts'
import { createProgress } from './createProgress.ts'
import { createReplayJudge } from './createReplayJudge.ts'
import { openLog } from './openLog.ts'
import { formatUnknown, parseReplayTime } from './parseReplayTime.ts'
import { readFlags } from './readFlags.ts'
import { readSiteFor } from './readSiteFor.ts'
import { UsageError } from './UsageError.ts'

const USAGE = `unblink replay: work profiles out anew from the log of events

  --config FILE   the site config (default: unblink.config.ts, .js, .mjs or .json in this folder)
  --data DIR      folder of the database, as given to unblink serve (required; for a cluster see unblink replay --nats URLS --help)
  --check         compare each profile with the stored one, byte by byte; ends with 1 when one differs
  --write         store what came out: after the config has got new attributes, categories or goals
  --visitor ID    this visitor only, printed with their attributes
  --at TIME       only what had arrived by then, like 2030-01-31T09:00:00Z; needs --visitor
  --help          this text

Users are worked out with all of their visitors, what those did before they were known included. A profile whose first events the
retention has deleted cannot be worked out anew, nor one of which a merge was taken back: --check names it, --write leaves it.
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

export async function runReplay(args: string[]): Promise<number> {
  const { flags } = readFlags(args, OPTIONS)
  if (flags.help) return (process.stdout.write(USAGE), 0)
  const { check = false, write = false, visitor } = flags
  const before = parseReplayTime(flags.at)
  if (before !== undefined && visitor === undefined)
    throw new UsageError('--at tells of one visitor: add --visitor ID.')
  if (!check && !write && visitor === undefined)
    throw new UsageError('Say what to do: --check, --write, or --visitor ID.')
  if (write && (check || before !== undefined))
    throw new UsageError('--write stores what is so now: leave out --check and --at.')
  const site = await readSiteFor(flags.config)
  const database = openLog(flags.data)
  try {
    if (visitor !== undefined && !check && !write) {
      const profile = replayVisitor({ site, database, visitor, before })
      if (!profile) throw new UsageError(formatUnknown(visitor, before))
      const attributes = readAttributes(profile, site, before ?? Date.now())
      process.stdout.write(`${JSON.stringify({ profile, attributes }, null, 2)}\n`)
      return 0
    }
    const judge = createReplayJudge(database, site)
    const progress = createProgress('profiles')
    const different: string[] = []
    let count = 0
    let written = 0
    for (const subject of judge.list(visitor)) {
      // Nothing may be learnt of them between reading and writing.
      if (write) database.exec('BEGIN IMMEDIATE')
      const judged = judge.judge(subject)
      if (write && judged && !judged.isSame && judged.isWhole) judged.save()
      if (write) database.exec('COMMIT')
      if (!judged) continue
      progress.tell(++count)
      if (judged.isSame) continue
      different.push(judged.id)
      if (judged.isWhole) written++
    }
    progress.stop()
    const named = different.slice(0, MAX_NAMED).map((one) => `  ${one}\n`)
    const rest = different.length > MAX_NAMED ? `  and ${different.length - MAX_NAMED} more\n` : ''
    const outcome = write
      ? `${written} were different and are stored now, ${different.length - written} are left, because the log has not all of theirs any more, or a merge was taken back`
      : `${different.length} differ from what is stored`
    process.stdout.write(`${count} profiles worked out anew; ${outcome}.\n${check ? named.join('') + rest : ''}`)
    return check && different.length > 0 ? 1 : 0
  } finally {
    database.close()
  }
}
