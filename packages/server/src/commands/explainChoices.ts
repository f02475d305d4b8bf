import type { Attributes, Manifest } from '@unblink/protocol'
import type { Chosen, ChosenBy } from '../model/chosen.ts'
import { createModels } from '../model/createModels.ts'
import { getBandit, getBandits } from '../model/getBandit.ts'
import type { LoggedEvent } from '../model/readLog.ts'
import { teachArms } from '../model/teachArms.ts'
import type { SiteExperience } from '../site/choice.ts'
import type { Site } from '../site/site.ts'

/** What chose among the variants of one experience, and why. */
export interface ChoiceTrace {
  readonly experience: string
  readonly by: 'model' | 'bandit' | 'weights'
  /** How likely each variant is; left out where the weights decide. */
  readonly shares?: Chosen['shares']
  /** In the order in which things were asked. */
  readonly sentences: readonly string[]
}

export interface ExplainChoicesInput {
  readonly site: Site
  readonly rules: Manifest
  readonly facts: Attributes
  readonly visitor: string | undefined
  readonly slots: readonly string[]
  readonly now: number
  /** What the bandits learn from first. @default they know nothing */
  readonly log?: AsyncIterable<LoggedEvent> | Iterable<LoggedEvent> | undefined
}

/** Longer than any model or log waits: here, every failure is told and no breaker stays open. */
const STEP_MS = 120_000

const toPercent = (share: number) => `${(100 * share).toFixed(1)} %`

const formatShares = (shares: Chosen['shares']) =>
  Object.entries(shares)
    .map(([variant, share]) => `${variant} ${toPercent(share)}`)
    .join(', ')

const isShown = (choice: NonNullable<SiteExperience['choose']>[number]) => 'bandit' in choice || !choice.shadow

/**
 * Asks the models and bandits of a site as the server would, one experience after the other, so that what fails is known by
 * whom. A model in shadow is not asked: it never decides. Experiences whose audience does not admit the visitor have no trace,
 * and those that wait for a trigger neither: pages decide them by weights.
 */
export async function explainChoices({
  site,
  log,
  ...input
}: ExplainChoicesInput): Promise<{ chosen: ChosenBy; traces: readonly ChoiceTrace[] }> {
  const failures: string[] = []
  const counts = { failed: 0, ok: 0 }
  const answers = { add: (by: number, result = '') => void (counts[result as keyof typeof counts] += by) }
  let at = 0
  const models = createModels({
    log: ({ message }) => void failures.push(message),
    answers,
    shadows: { add: () => {} },
    getTime: () => (at += STEP_MS),
  })
  // A log can be long, and teaches nobody else.
  if (log && getBandits(site).size > 0) {
    const teach = teachArms(models, site)
    for await (const logged of log) teach(logged)
  }

  const explainOne = (experience: SiteExperience, chosen: Chosen | undefined, isAnswered: boolean): ChoiceTrace => {
    const { id, choose = [], variants } = experience
    const sentences = failures.splice(0)
    if (input.visitor === undefined && choose.some((choice) => 'model' in choice && isShown(choice)))
      sentences.push('No model is asked about a visitor without an id.')
    for (const choice of choose)
      if (!isShown(choice) && 'model' in choice)
        sentences.push(`Model "${choice.model}" is in shadow: it never decides, and was not asked here.`)
    if (!chosen) {
      const weights = variants.map((variant) => `${variant.id} ${variant.weight ?? 1}`).join(', ')
      return { experience: id, by: 'weights', sentences: [...sentences, `So the weights decide: ${weights}.`] }
    }
    const { shares, context } = chosen
    if (isAnswered) {
      const names = choose.flatMap((choice) => ('model' in choice && isShown(choice) ? [choice.model] : []))
      const name = names[counts.failed] ?? names.at(-1)!
      sentences.push(`Model "${name}" chooses ${formatShares(shares)}.`)
      return { experience: id, by: 'model', shares, sentences }
    }
    const bandit = getBandit(site, id)!
    const trials = models.arms.getArms(bandit, context ?? '', input.now).reduce((sum, { n }) => sum + n, 0)
    const known = log
      ? `from ${trials.toFixed(1)} trials, faded by age and repetition`
      : 'having learnt nothing here; --data DIR or --nats URLS gives it what the server has'
    const where = context === undefined || context === '' ? 'everyone' : `context "${context}"`
    sentences.push(
      context === undefined
        ? `Without a visitor id the bandit gives what has done best with everyone: ${formatShares(shares)}, ${known}.`
        : `The bandit chooses for ${where}: ${formatShares(shares)}, ${known}.`,
    )
    return { experience: id, by: 'bandit', shares, sentences }
  }

  const chosen = new Map<string, Chosen>()
  const traces: ChoiceTrace[] = []
  for (const experience of site.experiences) {
    const { id, choose, slot, when } = experience
    if (!choose || when || !input.slots.includes(slot)) continue
    Object.assign(counts, { failed: 0, ok: 0 })
    const asked: SiteExperience = { ...experience, choose: choose.filter(isShown) }
    // A bandit is there for whoever is asked at all, so what comes back tells who is not admitted.
    const probe = await models.choose({ ...input, site: { ...site, experiences: [asked] } })
    const found = probe.get(id)
    const isAdmitted =
      found !== undefined ||
      counts.failed > 0 ||
      (input.visitor === undefined && !choose.some((choice) => 'bandit' in choice))
    if (!isAdmitted) continue
    if (found) chosen.set(id, found)
    traces.push(explainOne(experience, found, counts.ok > 0))
  }
  return { chosen, traces }
}
