import { decide, evaluate } from '@unblink/decide'
import { rank } from '@unblink/decide/rank'
import { renderContent } from '@unblink/decide/template'
import { getOwn, isObject } from '@unblink/protocol'
import type { Attributes, Condition, Consent, Decision, Json, Manifest, ProfileReply } from '@unblink/protocol'
import { getMessage, type Log } from './log.ts'
import { applyChoices, withChance } from './model/applyChoices.ts'
import type { ChosenBy } from './model/chosen.ts'
import { createProfile } from './profile/createProfile.ts'
import { getAssigned } from './profile/getAssigned.ts'
import { mergeSource } from './profile/mergeSource.ts'
import type { Profile } from './profile/profile.ts'
import { readAttributes } from './profile/readAttributes.ts'
import type { Publication } from './site/publish.ts'
import { resolveRules } from './site/resolveRules.ts'

export const MAX_REPLY_BYTES = 32 * 1024
/**
 * Guards against answers that something has kept (a cached page with a decision in it). The page compares it with the device's clock,
 * which may be fast by days, so it is long; what the page itself remembers ends sooner, by one and the same clock.
 */
const VALID_MS = 3 * 86_400_000

export interface ReplyInput {
  readonly publication: Publication
  /** Left out where nothing may be known: the decisions are then those of an empty profile. */
  readonly profile?: Profile | undefined
  /** What a profile source knows of the visitor: it lies under what is stored. */
  readonly source?: Attributes | undefined
  /** Facts of the request, which count whatever the consent: see `readContext`. Attributes of the same name win. @default none */
  readonly context?: Attributes | undefined
  /** Decisions that a preview forces: see `readOverrides`. @default none */
  readonly overrides?: readonly Decision[] | undefined
  /** What the site's models have chosen for the visitor: see `chooseFor`. @default the weights choose */
  readonly chosen?: ChosenBy | undefined
  /** @default every slot of the manifest */
  readonly slots?: readonly string[]
  readonly consent: Consent
  readonly now: number
  readonly log: Log
}

/** The members at these dotted paths, and nothing else. */
export function pick(attributes: Attributes, paths: readonly string[]): Attributes {
  const picked: Record<string, Json> = {}
  for (const path of paths) {
    const steps = path.split('.')
    let value: unknown = attributes
    for (const step of steps) value = isObject(value) ? getOwn(value, step) : undefined
    if (value === undefined) continue
    let target = picked
    for (const step of steps.slice(0, -1)) target = (target[step] ??= {}) as Record<string, Json>
    // Only Json goes into attributes, so only Json comes out.
    target[steps.at(-1)!] = value as Json
  }
  return picked
}

const getBytes = (reply: ProfileReply) => Buffer.byteLength(JSON.stringify(reply))

const getSize = ({ content, rotation }: Decision) => (content ? JSON.stringify([content, rotation]).length : 0)

/**
 * A reply above the limit is of no use to the page: the largest contents give way, so the other slots keep theirs. One that
 * rotates first loses what follows its first content.
 */
function fit(reply: ProfileReply & { decisions: Decision[] }, log: Log): ProfileReply {
  let fitted: ProfileReply & { decisions: Decision[] } = reply
  while (getBytes(fitted) > MAX_REPLY_BYTES) {
    const sizes = fitted.decisions.map(getSize)
    const largest = sizes.indexOf(Math.max(...sizes))
    const { slot } = fitted.decisions[largest] ?? {}
    const message = `A reply would exceed ${MAX_REPLY_BYTES} bytes. Move large contents into <template>s, or expose less.`
    log({ level: 'error', code: 'reply_too_large', message, slot: sizes[largest] ? slot : undefined })
    if (!slot || !sizes[largest]) return { ...fitted, attributes: {} }
    const replace = (decision: Decision): Decision => {
      const { rotation, ...first } = decision
      if (decision.slot !== slot) return decision
      return rotation ? first : { slot, reason: 'error' }
    }
    fitted = { ...fitted, decisions: fitted.decisions.map(replace) }
  }
  return fitted
}

/** The decision with its templates filled; one that cannot be filled is an error, and the baseline stays. */
function renderDecision(decision: Decision, view: Attributes, log: Log): Decision {
  const { slot, experience, content, rotation } = decision
  if (!content) return decision
  try {
    return {
      ...decision,
      content: renderContent(content, view),
      ...(rotation
        ? { rotation: { ...rotation, contents: rotation.contents.map((one) => renderContent(one, view)) } }
        : {}),
    }
  } catch (error) {
    log({ level: 'error', code: 'template_failed', message: getMessage(error), slot, experience })
    return { slot, reason: 'error' }
  }
}

/** Decides slots for a visitor and wraps the decisions into a reply of at most 32 KiB. */
export function createReply({
  publication,
  profile,
  source,
  context = {},
  overrides = [],
  chosen,
  slots,
  consent,
  now,
  log,
}: ReplyInput): ProfileReply {
  const { site, manifest, openSlots, isCounting } = publication
  const isAllowed = consent.personalization === 'granted'
  const attributes = mergeSource(source, readAttributes(profile ?? createProfile(''), site, now))
  const facts = isAllowed ? { ...context, ...attributes } : context
  const resolved = resolveRules(publication, facts, (operator, error) =>
    log({ level: 'warn', code: 'operator_failed', message: `operators.${operator} threw: ${getMessage(error)}` }),
  )
  const rules = applyChoices(resolved, chosen)
  const known = Object.keys(manifest.slots)
  const asked = slots ? slots.filter((slot) => known.includes(slot)) : known
  const exposed = pick(profile ? { ...context, ...attributes } : context, site.expose)
  const decided = decide({
    manifest: rules,
    attributes,
    context: facts,
    visitor: profile?.visitor,
    slots: asked,
    consent,
    now,
    memory: { assignments: getAssigned((isAllowed && profile) || {}, site) },
  })
  const view = isAllowed ? exposed : pick(context, site.expose)
  const getOverride = (slot: string) => overrides.find((decision) => decision.slot === slot)
  const decisions = rank({ decisions: decided, manifest: rules, attributes: facts }).map(
    (decision) => getOverride(decision.slot) ?? withChance(decision, chosen),
  )

  const members = new Set(Object.keys(rules.audiences).filter((id) => meets(rules.audiences[id]!)))
  function meets(condition: Condition): boolean {
    return evaluate(condition, facts, { groups: rules.groups })
  }
  const admits = ({ audience, suppress }: Manifest['experiences'][number]) =>
    (audience === undefined || members.has(audience)) &&
    !(typeof suppress === 'string' ? members.has(suppress) : suppress && meets(suppress))
  const admitted = manifest.experiences
    .filter(({ slot }) => openSlots.has(slot) && asked.includes(slot) && !getOverride(slot))
    .filter(admits)
  const isOpen = admitted.some(({ when, cap }) => when ?? cap)

  const reply = {
    v: 1 as const,
    manifest: manifest.version,
    ...(profile ? { visitor: profile.visitor } : {}),
    generation: profile?.generation ?? 0,
    audiences: profile ? [...members] : [],
    attributes: exposed,
    decisions: decisions.map((decision) => renderDecision(decision, view, log)),
    ...(isOpen || isCounting ? { rest: isOpen ? admitted.map(({ id }) => id) : [] } : {}),
    expiresAt: now + VALID_MS,
  }
  return fit(reply, log)
}
