import { evaluate } from '@unblink/decide'
import type { Attributes, Manifest, Result } from '@unblink/protocol'
import type { Log } from '../log.ts'
import type { Counter } from '../metrics/createRegistry.ts'
import type { Choice, ModelChoice, SiteExperience } from '../site/choice.ts'
import type { Site } from '../site/site.ts'
import type { Chosen, ChosenBy } from './chosen.ts'
import { createArms, type Arms } from './createArms.ts'
import { createHttpModel, type HttpModel } from './createHttpModel.ts'
import type { Credit } from './credit.ts'
import { getBandit } from './getBandit.ts'
import { readFeatures } from './readFeatures.ts'

export interface ChooseInput {
  readonly site: Site
  /** With the site's own operators answered for this visitor. */
  readonly rules: Manifest
  /** What may be known of the visitor; nothing where they disclose nothing. */
  readonly facts: Attributes
  /** Left out where nobody may be told from others. */
  readonly visitor: string | undefined
  /** Only experiences of these slots are looked at. */
  readonly slots: readonly string[]
  readonly now: number
}

/** All that chooses variants, beside rules and weights. */
export interface Models {
  /** What is chosen for a visitor. Waits for models as long as they may take; never rejects. */
  choose(input: ChooseInput): Promise<ChosenBy>
  learn(site: Site, credits: readonly Credit[]): void
  readonly arms: Arms
}

export interface ModelsOptions {
  readonly log: Log
  /** Answers of HTTP models, by what came of them. */
  readonly answers: Pick<Counter, 'add'>
  /** What a shadow would have shown, beside what was shown. */
  readonly shadows: Pick<Counter, 'add'>
  /** Monotonic milliseconds. */
  readonly getTime: () => number
  /** See `createArms`. */
  readonly refreshMs?: number | undefined
}

/** A model that fails is told once in so long. */
const LOG_EVERY_MS = 60_000

/** How a shadow's choice stands beside what was chosen: by the weights, the same, one that was drawn from more, or another. */
function compare(shown: Chosen | undefined, variant: string): string {
  if (!shown) return 'weights'
  const share = shown.shares[variant] ?? 0
  if (share === 1) return 'same'
  return share > 0 ? 'drawn' : 'other'
}

const isMember = ({ rules, facts }: ChooseInput, audience: string) =>
  evaluate(rules.audiences[audience] ?? {}, facts, rules.groups ? { groups: rules.groups } : {})

const only = (variant: string): Chosen['shares'] => ({ [variant]: 1 })

export function createModels({ log, answers, shadows, getTime, refreshMs }: ModelsOptions): Models {
  const arms = createArms(refreshMs === undefined ? {} : { refreshMs })
  const clients = new WeakMap<Site['models'], Map<string, HttpModel>>()
  const loggedAt = new Map<string, number>()

  /** Connections and breakers last as long as the config. */
  const getClient = ({ models }: Site, name: string): HttpModel => {
    const known = clients.get(models) ?? new Map<string, HttpModel>()
    clients.set(models, known)
    const client = known.get(name) ?? createHttpModel({ name, settings: models[name]!, getTime })
    known.set(name, client)
    return client
  }

  const tell = (name: string, message: string) => {
    const at = getTime()
    if (at - (loggedAt.get(name) ?? -Infinity) < LOG_EVERY_MS) return
    loggedAt.set(name, at)
    const text = `Model "${name}" gave no scores: ${message}. What comes next in \`choose\` decides, or the weights.`
    log({ level: 'warn', code: 'model_failed', message: text, model: name })
  }

  const askModel = async (
    { site, facts }: ChooseInput,
    { variants }: SiteExperience,
    name: string,
  ): Promise<string | undefined> => {
    const settings = site.models[name]
    if (!settings) return undefined
    const scores: Result<readonly number[]> = await getClient(site, name).ask(readFeatures(facts, settings.features))
    if (!scores.ok || scores.value.length !== variants.length) {
      answers.add(1, 'failed')
      tell(name, scores.ok ? `${scores.value.length} scores for ${variants.length} variants` : scores.error)
      return undefined
    }
    answers.add(1, 'ok')
    return variants[scores.value.indexOf(Math.max(...scores.value))]?.id
  }

  const askBandit = (input: ChooseInput, { id }: SiteExperience): Chosen | undefined => {
    const { site, visitor, now } = input
    const bandit = getBandit(site, id)
    if (!bandit) return undefined
    if (visitor === undefined) return { shares: only(arms.getBest(bandit, now)) }
    const context = bandit.contexts.find((audience) => isMember(input, audience)) ?? ''
    const shares = arms.getShares(bandit, context, now)
    return { shares: Object.fromEntries(bandit.variants.map((one, index) => [one, shares[index]!])), context }
  }

  /** Nobody waits for what is not shown. */
  const watchShadow = (
    input: ChooseInput,
    experience: SiteExperience,
    { model }: ModelChoice,
    shown: Chosen | undefined,
  ) =>
    void askModel(input, experience, model).then((variant) => {
      if (variant === undefined) return
      shadows.add(1, compare(shown, variant))
      log({
        level: 'info',
        code: 'model_shadow',
        message: 'A model in shadow has chosen.',
        model,
        experience: experience.id,
        variant,
      })
    })

  const chooseFor = async (input: ChooseInput, experience: SiteExperience): Promise<Chosen | undefined> => {
    let chosen: Chosen | undefined
    const shadows: ModelChoice[] = []
    const ask = async (choice: Choice): Promise<Chosen | undefined> => {
      if ('bandit' in choice) return askBandit(input, experience)
      const variant = await askModel(input, experience, choice.model)
      return variant === undefined ? undefined : { shares: only(variant) }
    }
    for (const choice of experience.choose ?? []) {
      // A model works with what is known of a visitor, and of this one nothing is.
      if ('model' in choice && input.visitor === undefined) continue
      if ('model' in choice && choice.shadow) shadows.push(choice)
      else chosen ??= await ask(choice)
    }
    for (const shadow of shadows) watchShadow(input, experience, shadow, chosen)
    return chosen
  }

  return {
    arms,
    async choose(input) {
      const asked = input.site.experiences.filter(
        ({ choose, slot, audience }) =>
          choose && input.slots.includes(slot) && (audience === undefined || isMember(input, audience)),
      )
      const found = await Promise.all(
        asked.map(async (experience) => [experience.id, await chooseFor(input, experience)] as const),
      )
      return new Map(found.flatMap(([id, chosen]) => (chosen ? [[id, chosen] as const] : [])))
    },
    learn: (site, credits) => arms.learn(credits, (experience) => getBandit(site, experience)),
  }
}
