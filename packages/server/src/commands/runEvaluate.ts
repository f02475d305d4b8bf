import { createModels, type Models } from '../model/createModels.ts'
import { createTrials, type LoggedTrial } from '../model/createTrials.ts'
import { estimate, type Estimate, type Policy } from '../model/estimate.ts'
import { getBandits, type Bandit } from '../model/getBandit.ts'
import { teachArms } from '../model/teachArms.ts'
import { getClosest } from '../site/getClosest.ts'
import type { Site } from '../site/site.ts'
import { EVENT_FLAGS, EVENT_USAGE, openEvents } from './openEvents.ts'
import { readFlags } from './readFlags.ts'
import { readSiteFor } from './readSiteFor.ts'
import { UsageError } from './UsageError.ts'

const USAGE = `unblink evaluate: what other ways of choosing would have earned, from what a bandit has tried

  --config FILE    the site config (default: unblink.config.ts, .js, .mjs or .json in this folder)
${EVENT_USAGE}  --experience ID  this experience only (default: all that a bandit chooses for)
  --json           print it as JSON
  --help           this text

For each way: what a trial would have been worth on average (won or not, or its value), with its 95 % interval, by inverse
propensity (ips) and doubly robust (dr). The propensities are those that were logged with each exposure.
`

const OPTIONS = {
  config: { type: 'string' },
  ...EVENT_FLAGS,
  experience: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

interface Row {
  readonly policy: string
  readonly ips: Estimate
  readonly dr: Estimate
}

function selectBandits(site: Site, experience: string | undefined): readonly Bandit[] {
  const bandits = getBandits(site)
  if (experience === undefined) {
    if (bandits.size === 0)
      throw new UsageError(
        'No experience of this site has `choose` with a bandit. unblink report compares variants of fixed shares.',
      )
    return [...bandits.values()]
  }
  const bandit = bandits.get(experience)
  if (bandit) return [bandit]
  const closest = getClosest(experience, [...bandits.keys()])
  throw new UsageError(
    `--experience ${experience}: a bandit chooses for no such experience${closest ? `; did you mean "${closest}"?` : '.'}`,
  )
}

/** What is compared: each variant for all, an even split, and what the bandit would do from now on. */
function getPolicies({ arms }: Models, bandit: Bandit, now: number): [string, Policy][] {
  const { variants } = bandit
  const current: Policy = (context, variant) => arms.getShares(bandit, context, now)[variants.indexOf(variant)] ?? 0
  return [
    ...variants.map((own): [string, Policy] => [`always ${own}`, (_context, variant) => (variant === own ? 1 : 0)]),
    ['even split', () => 1 / variants.length],
    ['bandit, as it is now', current],
  ]
}

const format = (number: number) => number.toFixed(4)
const formatEstimate = ({ mean, low, high }: Estimate) => `${format(mean)}  [${format(low)}, ${format(high)}]`

function print({ experience }: Bandit, trials: readonly LoggedTrial[], rows: readonly Row[]): string {
  const visitors = new Set(trials.map(({ visitor }) => visitor)).size
  const head = `${experience}: ${trials.length} trials of ${visitors} visitors`
  if (rows.length === 0) return `${head}; too few to tell`
  const width = Math.max(...rows.map(({ policy }) => policy.length))
  const lines = rows.map(
    ({ policy, ips, dr }) => `  ${policy.padEnd(width)}  ips ${formatEstimate(ips)}  dr ${formatEstimate(dr)}`,
  )
  return [head, ...lines].join('\n')
}

export async function runEvaluate(args: string[]): Promise<number> {
  const { flags } = readFlags(args, OPTIONS)
  if (flags.help) return (process.stdout.write(USAGE), 0)
  const site = await readSiteFor(flags.config)
  const bandits = selectBandits(site, flags.experience)
  const log = await openEvents(flags, site, 'evaluate')
  try {
    const none = { add: () => {} }
    const models = createModels({ log: () => {}, answers: none, shadows: none, getTime: () => 0 })
    const teach = teachArms(models, site)
    const tried = createTrials(site)
    for await (const logged of log.read({ types: ['exposure', 'conversion'] })) {
      tried.add(logged)
      teach(logged)
    }
    const reports = bandits.map((bandit) => {
      const trials = tried.get(bandit.experience)
      const rows = getPolicies(models, bandit, Date.now()).flatMap(([policy, choose]): Row[] => {
        const found = estimate(trials, bandit.variants, choose)
        return found ? [{ policy, ...found }] : []
      })
      return { bandit, trials, rows }
    })
    const text = flags.json
      ? JSON.stringify(
          reports.map(({ bandit, trials, rows }) => ({
            experience: bandit.experience,
            trials: trials.length,
            policies: rows,
          })),
          null,
          2,
        )
      : reports.map(({ bandit, trials, rows }) => print(bandit, trials, rows)).join('\n\n')
    process.stdout.write(`${text}\n`)
    return 0
  } finally {
    await log.close()
  }
}
