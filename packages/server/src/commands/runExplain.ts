import { readFile } from 'node:fs/promises'
import { explain, type SlotTrace } from '@unblink/decide/explain'
import { isObject, type Attributes, type Experience } from '@unblink/protocol'
import { isVisitorId } from '../http/visitorCookie.ts'
import { getMessage } from '../log.ts'
import { applyChoices } from '../model/applyChoices.ts'
import { createProfile } from '../profile/createProfile.ts'
import { foldAssignments } from '../profile/foldAssignments.ts'
import { getAssigned } from '../profile/getAssigned.ts'
import { checkSite, formatFinding } from '../site/checkSite.ts'
import { getActions } from '../site/getActions.ts'
import { getClosest } from '../site/getClosest.ts'
import { publish } from '../site/publish.ts'
import { resolveRules } from '../site/resolveRules.ts'
import type { Site } from '../site/site.ts'
import { explainChoices, type ChoiceTrace } from './explainChoices.ts'
import { findConfig } from './findConfig.ts'
import { EVENT_FLAGS, openEvents, type EventLog } from './openEvents.ts'
import { readFlags } from './readFlags.ts'
import { UsageError } from './UsageError.ts'

const USAGE = `unblink explain: tell how the slots of a site are decided for a visitor, and what stops each experience

  --config FILE      the site config (default: unblink.config.ts, .js, .mjs or .json in this folder)
  --attributes FILE  JSON of the visitor's attributes, like { "visits": { "count": 3 } } (default: none)
  --visitor ID       id of the visitor, which the buckets depend on (default: a visitor without one)
  --slot NAME        this slot only (default: all)
  --at TIME          the moment to decide at, like 2030-01-31T09:00:00Z (default: now)
  --triggered        as if every trigger had fired (default: experiences that wait for one are named only)
  --data DIR         folder of the database, as given to unblink serve, for what the bandits have learnt,
                     and for the variants of experiments that the visitor was shown first (default: nothing)
  --nats URLS        the same of a cluster
  --json             print it as JSON
  --help             this text

Where models or a bandit choose, they are asked, and what they chose is told. Nothing has been counted on a device, so no cap stops an experience here.
`

const OPTIONS = {
  config: { type: 'string' },
  attributes: { type: 'string' },
  visitor: { type: 'string' },
  slot: { type: 'string' },
  at: { type: 'string' },
  triggered: { type: 'boolean' },
  ...EVENT_FLAGS,
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

async function readAttributesFile(file: string | undefined): Promise<Attributes> {
  if (file === undefined) return {}
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file}: cannot be read: ${getMessage(error)}. It has to be JSON.`, { cause: error })
  }
  if (!isObject(value)) throw new Error(`${file}: expected an object of attributes, like { "visits": { "count": 3 } }`)
  // JSON.parse gives nothing but Json.
  return value as Attributes
}

function parseTime(text: string | undefined): number {
  if (text === undefined) return Date.now()
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new UsageError(`--at ${text}: expected a time like 2030-01-31T09:00:00Z.`)
  return at
}

function selectSlots({ slots }: Site, name: string | undefined): readonly string[] {
  const known = Object.keys(slots)
  if (name === undefined) return known
  if (known.includes(name)) return [name]
  const closest = getClosest(name, known)
  throw new UsageError(
    `--slot ${name}: there is no such slot; ${closest ? `did you mean "${closest}"?` : `there are: ${known.join(', ')}`}`,
  )
}

function format(
  { slot, decision, considered, sentence }: SlotTrace,
  waiting: readonly Experience[],
  choices: readonly ChoiceTrace[],
): string {
  const { experience, variant, reason } = decision
  const width = Math.max(
    0,
    ...[...considered, ...waiting].map((one) => ('experience' in one ? one.experience : one.id).length),
  )
  const actions = getActions([decision])
  const lines = [
    `${slot}: ${experience === undefined ? 'baseline' : `${experience} / ${variant}`} (${reason})`,
    `  ${sentence}`,
    ...(actions.length > 0
      ? [`  Its page has to give the action ${actions.join(' and ')}, or the default stays.`]
      : []),
    ...considered.flatMap((one) => [
      `  ${one.gate ? '-' : '+'} ${one.experience.padEnd(width)}  ${one.sentence}`,
      ...choices
        .filter(({ experience }) => experience === one.experience)
        .flatMap(({ sentences }) => sentences.map((text) => `    ${' '.repeat(width)}  ${text}`)),
    ]),
    ...waiting.map(({ id, when }) => `  . ${id.padEnd(width)}  It waits in the page for ${JSON.stringify(when)}.`),
  ]
  return lines.join('\n')
}

/** The variants of experiments that a visitor was shown first, as the log of their own events tells it. */
async function readAssigned(log: EventLog | undefined, visitor: string | undefined, site: Site) {
  let profile = createProfile('')
  if (log && isVisitorId(visitor))
    for await (const { event } of log.read({ types: ['exposure'], visitor }))
      profile = foldAssignments(profile, event, site)
  return getAssigned(profile, site)
}

export async function runExplain(args: string[]): Promise<number> {
  const { flags } = readFlags(args, OPTIONS)
  if (flags.help) return (process.stdout.write(USAGE), 0)
  const now = parseTime(flags.at)
  const { site, findings } = await checkSite(findConfig(flags.config), now)
  if (!site) {
    for (const finding of findings) process.stderr.write(`${formatFinding(finding)}\n`)
    return 1
  }
  const slots = selectSlots(site, flags.slot)
  const attributes = await readAttributesFile(flags.attributes)
  const rules = resolveRules(publish(site), attributes, (operator, error) => {
    process.stderr.write(`operators.${operator} threw: ${getMessage(error)}; this counts as false\n`)
  })
  // Only where it is asked for: without, the bandits are explained as they begin.
  const log = (flags.data ?? flags.nats) ? await openEvents(flags, site, 'explain') : undefined
  const { visitor } = flags
  const read = async () => ({
    assignments: await readAssigned(log, visitor, site),
    ...(await explainChoices({
      ...{ site, rules, facts: attributes, visitor, slots, now },
      log: log?.read({ types: ['exposure', 'conversion'] }),
    })),
  })
  const { assignments, chosen, traces } = await read().finally(() => log?.close())
  const manifest = applyChoices(flags.triggered ? { ...rules, experiences: site.experiences } : rules, chosen)
  const explanation = explain({ manifest, attributes, visitor, slots, now, memory: { assignments } })
  const waiting = flags.triggered ? [] : site.experiences.filter(({ when }) => when)
  const text = flags.json
    ? JSON.stringify({ ...explanation, choices: traces }, null, 2)
    : explanation.slots
        .map((trace) =>
          format(
            trace,
            waiting.filter(({ slot }) => slot === trace.slot),
            traces,
          ),
        )
        .join('\n\n')
  process.stdout.write(`${text}\n`)
  return 0
}
