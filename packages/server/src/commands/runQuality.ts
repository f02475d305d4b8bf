import { MOVED } from '../profile/derived/getDrift.ts'
import { measureQuality, type QualityReport } from '../profile/derived/measureQuality.ts'
import { EVENT_FLAGS, EVENT_USAGE, openEvents } from './openEvents.ts'
import { parseDays } from './parseDays.ts'
import { readFlags } from './readFlags.ts'
import { readSiteFor } from './readSiteFor.ts'

const USAGE = `unblink quality: what is wrong with the data that the site's attributes are made of

  --config FILE    the site config (default: unblink.config.ts, .js, .mjs or .json in this folder)
${EVENT_USAGE}  --days N         how far to look back (default 28)
  --json           print it as JSON
  --help           this text

missing: events without the value. out of range: values outside the declared range. drift: how far the values of the last quarter
of the time are from those before; above 0.25 they have moved. told twice: conversions and events of the page's own that came again
within a second under another id, as from a tag that fires twice. Deliveries that were repeated are no fault and in no log: the running
server counts them, see unblink_events_duplicate_total at /metrics.
`

const OPTIONS = {
  config: { type: 'string' },
  ...EVENT_FLAGS,
  days: { type: 'string', default: '28' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

const DAY_MS = 86_400_000

const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`

function print({ events, late, duplicated, attributes }: QualityReport, days: number): string {
  const width = Math.max(...attributes.map(({ attribute }) => attribute.length), 0)
  const lines = attributes.map(({ attribute, events: own, missing, outOfRange, drift }) => {
    const moved =
      drift === undefined ? 'too few to tell drift' : `drift ${drift.toFixed(2)}${drift > MOVED ? ', moved' : ''}`
    return `  ${attribute.padEnd(width)}  ${own} events, missing ${percent(missing, own)}, out of range ${percent(outOfRange, own)}, ${moved}`
  })
  const head = `${events} events of visitors in ${days} days; ${percent(late, events)} came more than an hour late, ${percent(duplicated, events)} were told twice`
  return [head, ...(lines.length > 0 ? lines : ['  The site declares no attribute that reads a value.'])].join('\n')
}

export async function runQuality(args: string[]): Promise<number> {
  const { flags } = readFlags(args, OPTIONS)
  if (flags.help) return (process.stdout.write(USAGE), 0)
  const days = parseDays(flags.days)
  const site = await readSiteFor(flags.config)
  const log = await openEvents(flags, site, 'quality')
  try {
    const to = Date.now()
    const report = await measureQuality(site, log.read(), { from: to - days * DAY_MS, to })
    process.stdout.write(`${flags.json ? JSON.stringify({ days, ...report }, null, 2) : print(report, days)}\n`)
    return 0
  } finally {
    await log.close()
  }
}
