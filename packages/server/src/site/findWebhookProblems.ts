import type { EventSelector } from '../profile/derived/declaration.ts'
import { findRefusal } from '../webhooks/findRefusal.ts'
import { findConditionProblems, type ConditionRules } from './findConditionProblems.ts'
import type { Problem } from './problem.ts'
import type { Site } from './site.ts'
import type { AudienceNamed } from './webhook.ts'

export interface WebhookChecks {
  /** What to say of an id that is none of those there are. */
  readonly tellUnknown: (what: string, id: string, known: readonly string[]) => string | undefined
  readonly checkPath: (attribute: string) => string | undefined
  readonly rules: ConditionRules
}

type Path = readonly PropertyKey[]

/** What is wrong with well-formed webhooks: names of what is not there, and addresses that nothing is sent to. */
export function findWebhookProblems(
  site: Omit<Site, 'experiences'>,
  { tellUnknown, checkPath, rules }: WebhookChecks,
): Problem[] {
  const problems: Problem[] = []
  const report = (path: Path, message: string | undefined) => {
    if (message !== undefined) problems.push({ path, message })
  }
  const audiences = Object.keys(site.audiences)
  const checkHappening = (happening: EventSelector | AudienceNamed, at: Path) => {
    if ('audience' in happening)
      return report([...at, 'audience'], tellUnknown('audience', happening.audience, audiences))
    const { event, where } = happening
    const goal = event === 'conversion' ? where?.['goal'] : undefined
    if (typeof goal === 'string') report([...at, 'goal'], tellUnknown('goal', goal, Object.keys(site.goals)))
    // These are members of an event, not attributes of a visitor.
    const ofEvents = { ...rules, ownOperators: [], checkPath: () => undefined, checkValue: () => undefined }
    if (where) problems.push(...findConditionProblems(where, [...at, 'where'], ofEvents))
  }
  for (const [name, { url, on, send }] of Object.entries(site.webhooks)) {
    const at = ['webhooks', name]
    report([...at, 'url'], findRefusal(new URL(url), site.privateHosts))
    if ('audience' in on) report([...at, 'on', 'audience'], tellUnknown('audience', on.audience, audiences))
    else {
      checkHappening(on.after, [...at, 'on', 'after'])
      if (on.unless) checkHappening(on.unless, [...at, 'on', 'unless'])
    }
    send.forEach((attribute, index) => report([...at, 'send', index], checkPath(attribute)))
  }
  return problems
}
