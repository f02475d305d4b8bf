import type { ExperienceResult, GoalResult, GroupResult, HoldoutResult, Results, Seen } from '../report/results.ts'
import type { Rate } from '../report/getRate.ts'
import type { SampleRatio } from '../report/getSampleRatio.ts'

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const share = (part: number, whole: number) => (whole === 0 ? '–' : percent(part / whole))
const count = (visitors: number) => `${visitors} ${visitors === 1 ? 'visitor' : 'visitors'}`
const points = (difference: number) => `${difference < 0 ? '−' : '+'}${Math.abs(100 * difference).toFixed(1)}`
const interval = ({ low, high }: Rate) => `[${percent(low)}, ${percent(high)}]`

/** Columns as wide as what is in them: the first to the left, numbers to the right. */
function toTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map(
    (row) =>
      `  ${row.map((cell, column) => (column ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ')}`,
  )
}

const times = ({ hiddenMs }: Seen) => [hiddenMs ? `${hiddenMs.p50} ms` : '–', hiddenMs ? `${hiddenMs.p95} ms` : '–']

function tellDifference({ against }: GoalResult): string {
  if (!against) return ''
  const { difference, low, high } = against
  const verdict = low > 0 ? 'higher' : high < 0 ? 'lower' : 'no difference to be told'
  return `${points(difference)} points [${points(low)}, ${points(high)}], ${verdict}`
}

function tellRatio(ratio: SampleRatio | undefined, isPossible: boolean): string[] {
  if (!isPossible) return []
  if (!ratio) return ['  sample ratio: too few visitors to tell']
  const p = ratio.p < 0.001 ? 'p below 0.001' : `p ${ratio.p.toFixed(3)}`
  return [
    ratio.isOff
      ? `  sample ratio: OFF, ${p}. The groups are not comparable: look for weights that were changed meanwhile (--days), or errors and time-outs of one variant.`
      : `  sample ratio: as it should be, ${p}`,
  ]
}

/** A table for each goal: who of each group reached it. */
function tellGoals(groups: readonly (readonly [name: string, group: GroupResult])[]): string[] {
  const goals = groups[0]?.[1].goals.map(({ goal }) => goal) ?? []
  return goals.flatMap((goal, index) => [
    `  goal ${goal}`,
    ...toTable(
      groups.map(([name, { goals: own }]) => {
        const result = own[index]!
        return [`  ${name}`, `${result.count}`, percent(result.rate), interval(result)]
      }),
    ).map((line, row) => {
      const told = tellDifference(groups[row]![1].goals[index]!)
      return told ? `${line}  ${told}` : line
    }),
  ])
}

function formatExperience({
  experience,
  slot,
  kind,
  isChosen,
  control,
  variants,
  switched,
  sampleRatio,
}: ExperienceResult): string {
  const visitors = variants.reduce((sum, variant) => sum + variant.visitors, 0)
  const head = `${experience}: ${kind} in ${slot}, ${count(visitors)}`
  const against = control === undefined ? '' : isChosen ? '' : `, against ${control}`
  return [
    head + against,
    ...toTable([
      ['variant', 'visitors', 'saw it', 'views', 'hidden p50', 'p95', 'flicker'],
      ...variants.map((one) => [
        one.variant,
        `${one.visitors}`,
        share(one.saw, one.visitors),
        `${one.views}`,
        ...times(one),
        one.flickers === undefined ? 'by trigger' : share(one.flickers, one.views),
      ]),
    ]),
    ...tellRatio(sampleRatio, variants.length > 1 && !isChosen),
    ...(switched > 0 ? [`  ${switched} got more than one variant; they count for the first`] : []),
    ...(isChosen ? ['  A bandit or a model chooses, so the rates are not comparable: see unblink evaluate.'] : []),
    ...(variants.length === 1
      ? ['  Nothing to compare it with but the holdout: a rate alone does not say what it is worth.']
      : []),
    ...tellGoals(variants.map((one) => [one.variant, one])),
  ].join('\n')
}

function formatHoldout({ share: heldShare, heldOut, others, sampleRatio }: HoldoutResult): string {
  return [
    `holdout of ${percent(heldShare)}: what all experiences together are worth`,
    ...toTable([
      ['group', 'visitors'],
      ['held out', `${heldOut.visitors}`],
      ['others', `${others.visitors}`],
    ]),
    ...tellRatio(sampleRatio, true),
    ...tellGoals([
      ['held out', heldOut],
      ['others', others],
    ]),
  ].join('\n')
}

function formatSlots(slots: Results['slots']): string {
  const seen = slots.filter(({ views }) => views > 0)
  return [
    'slots: what their views showed first',
    ...toTable([
      [
        'slot',
        'views',
        'variant',
        'control',
        'holdout',
        'default',
        'timed out',
        'failed',
        'hidden p50',
        'p95',
        'flicker',
      ],
      ...seen.map((one) => {
        const { views, outcomes: of, flickers = 0 } = one
        const counts = [
          (of.variant ?? 0) + (of.late ?? 0),
          of.control ?? 0,
          of.holdout ?? 0,
          of.baseline ?? 0,
          of.timeout ?? 0,
          (of.error ?? 0) + (of.blocked ?? 0),
        ]
        return [
          one.slot,
          `${views}`,
          ...counts.map((count) => share(count, views)),
          ...times(one),
          share(flickers, views),
        ]
      }),
    ]),
  ].join('\n')
}

/** Says what came of a site's experiences, for people. */
export function formatResults(
  { visitors, experiences, holdout, slots, unknown }: Results,
  { days, hasGoals }: { readonly days: number; readonly hasGoals: boolean },
): string {
  if (visitors === 0)
    return `No exposures in ${days} days. Look whether pages hold the snippet and visitors agreed to analytics, that --data is the server's folder, or give more --days.`
  const isGiven = ({ variants }: ExperienceResult) => variants.some((variant) => variant.visitors > 0)
  const idle = experiences.filter((one) => !isGiven(one)).map(({ experience }) => experience)
  return [
    `${count(visitors)} in ${days} days. In brackets: where the true rate lies, with 95 %.`,
    ...(hasGoals
      ? []
      : [
          "The site declares no goals, so there are no conversions: add `goals: { order: {} }` and push('conversion', { goal: 'order' }).",
        ]),
    ...experiences.filter(isGiven).map(formatExperience),
    ...(holdout ? [formatHoldout(holdout)] : []),
    ...(slots.length > 0 ? [formatSlots(slots)] : []),
    ...(idle.length > 0 ? [`Nobody was given ${idle.join(', ')}: unblink explain tells what stops them.`] : []),
    ...(unknown.length > 0
      ? [`Left out, because the config does not have them (any more): ${unknown.join(', ')}.`]
      : []),
  ].join('\n\n')
}
