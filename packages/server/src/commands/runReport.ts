import { createResults, RESULT_TYPES } from '../report/createResults.ts'
import { getClosest } from '../site/getClosest.ts'
import type { Site } from '../site/site.ts'
import { formatResults } from './formatResults.ts'
import { EVENT_FLAGS, EVENT_USAGE, openEvents } from './openEvents.ts'
import { parseDays } from './parseDays.ts'
import { readFlags } from './readFlags.ts'
import { readSiteFor } from './readSiteFor.ts'
import { UsageError } from './UsageError.ts'

const USAGE = `unblink report: what came of each experience: who got which variant, what they saw, and who reached the goals

  --config FILE    the site config (default: unblink.config.ts, .js, .mjs or .json in this folder)
${EVENT_USAGE}  --days N         how far to look back (default 28)
  --experience ID  this experience only, without the holdout and the slots
  --json           print it as JSON
  --help           this text

visitors: each counts for the first variant that they got, also when a time-out kept it from sight, or slow visitors would be
missing from one group only. saw it: those who could see it at least once. hidden: how long the slot was kept from sight, of half and
of 95 % of the views. flicker: views with the default in sight before the variant. A visitor has reached a goal when a
conversion came after that first time. Rates have their 95 % interval, differences from the control theirs. sample ratio: whether the
groups are as large as the weights of the config say; when it is off, something keeps visitors out of one of them. Decide
beforehand when to look: who looks every day finds differences that are not there.
`

const OPTIONS = {
  config: { type: 'string' },
  ...EVENT_FLAGS,
  days: { type: 'string', default: '28' },
  experience: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

const DAY_MS = 86_400_000

function requireExperience({ experiences }: Site, id: string): void {
  const ids = experiences.map((experience) => experience.id)
  if (ids.includes(id)) return
  const closest = getClosest(id, ids)
  const hint = closest ? `did you mean "${closest}"?` : `It has ${ids.join(', ') || 'none'}.`
  throw new UsageError(`--experience ${id}: the site has no such experience${closest ? '; ' : '. '}${hint}`)
}

export async function runReport(args: string[]): Promise<number> {
  const { flags } = readFlags(args, OPTIONS)
  if (flags.help) return (process.stdout.write(USAGE), 0)
  const days = parseDays(flags.days)
  const site = await readSiteFor(flags.config)
  const { experience } = flags
  if (experience !== undefined) requireExperience(site, experience)
  const log = await openEvents(flags, site, 'report')
  try {
    const to = Date.now()
    const results = createResults(site)
    for await (const logged of log.read({ types: RESULT_TYPES }))
      if (logged.receivedAt >= to - days * DAY_MS && logged.receivedAt <= to) results.add(logged)
    const whole = results.get()
    const experiences = whole.experiences.filter((one) => one.experience === experience)
    const found = experience === undefined ? whole : { visitors: whole.visitors, experiences, slots: [], unknown: [] }
    const hasGoals = Object.keys(site.goals).length > 0
    const text = flags.json ? JSON.stringify({ days, ...found }, null, 2) : formatResults(found, { days, hasGoals })
    process.stdout.write(`${text}\n`)
    return 0
  } finally {
    await log.close()
  }
}
