import type { EventSelector } from '../profile/derived/declaration.ts'
import type { Publication } from '../site/publish.ts'
import { readCondition } from '../site/readCondition.ts'
import type { Site } from '../site/site.ts'
import type { AudienceNamed, TimedTrigger, Webhook } from '../site/webhook.ts'

/** Names of the webhooks for which one audience matters. */
export interface AudienceRules {
  readonly enter: readonly string[]
  readonly exit: readonly string[]
  /** Whose time begins with an entry. */
  readonly starts: readonly string[]
}

/** A site's webhooks, by what they wait for. */
export interface Rules {
  readonly publication: Publication
  /** Audiences of which it has to be known who is in them. */
  readonly audiences: ReadonlyMap<string, AudienceRules>
  /** Those of them that somebody can come into or leave while nothing happens. */
  readonly fading: readonly string[]
  readonly timed: ReadonlyMap<string, TimedTrigger>
}

export const isAudience = (happening: EventSelector | AudienceNamed): happening is AudienceNamed =>
  'audience' in happening

/** Members of declared attributes that are the same whenever they are read; `true` for all. */
const STEADY: Readonly<Record<string, readonly string[] | true>> = {
  count: true,
  sum: true,
  first: true,
  last: true,
  recent: true,
  quality: true,
  cart: ['items', 'count'],
  rfm: ['count', 'value', 'f', 'm'],
}

/** Whether an attribute changes though nothing happens. Visits do not: see `readFacts`. */
function doesFade(path: string, { attributes }: Site): boolean {
  const [root = '', member = ''] = path.split('.')
  const declared = Object.hasOwn(attributes, root) ? attributes[root] : undefined
  if (!declared) return root === 'intent'
  const steady = STEADY[declared.kind] ?? []
  return steady !== true && !steady.includes(member)
}

/** Undefined when the site declares none, so that whoever asks has nothing else to do. */
export function getRules(publication: Publication): Rules | undefined {
  const { site } = publication
  const webhooks = Object.entries(site.webhooks)
  if (webhooks.length === 0) return undefined
  const select = (is: (webhook: Webhook) => boolean) =>
    webhooks.filter(([, webhook]) => is(webhook)).map(([name]) => name)
  const named = new Set(
    webhooks.flatMap(([, { on }]) => {
      if ('audience' in on) return [on.audience]
      return isAudience(on.after) ? [on.after.audience] : []
    }),
  )
  const audiences = new Map<string, AudienceRules>()
  for (const id of named) {
    audiences.set(id, {
      enter: select(({ on }) => 'audience' in on && on.audience === id && on.enter),
      exit: select(({ on }) => 'audience' in on && on.audience === id && on.exit),
      starts: select(({ on }) => 'after' in on && isAudience(on.after) && on.after.audience === id),
    })
  }
  return {
    publication,
    audiences,
    fading: [...named].filter((id) =>
      [...readCondition(site.audiences[id]).paths].some((path) => doesFade(path, site)),
    ),
    timed: new Map(webhooks.flatMap(([name, { on }]) => ('after' in on ? [[name, on] as const] : []))),
  }
}
