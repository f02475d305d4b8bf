import type { Attributes, Consent } from '@unblink/protocol'
import { getMessage } from '../log.ts'
import { createProfile } from '../profile/createProfile.ts'
import { mergeSource } from '../profile/mergeSource.ts'
import type { Profile } from '../profile/profile.ts'
import { readAttributes } from '../profile/readAttributes.ts'
import type { ServerContext } from '../serverContext.ts'
import type { Publication } from '../site/publish.ts'
import { resolveRules } from '../site/resolveRules.ts'
import type { ChosenBy } from './chosen.ts'

export interface ChooseForInput {
  readonly publication: Publication
  /** Left out where nothing may be known. */
  readonly profile?: Profile | undefined
  /** What a profile source knows of the visitor. */
  readonly source?: Attributes | undefined
  /** Facts of the request: see `readContext`. */
  readonly context?: Attributes | undefined
  /** @default every slot */
  readonly slots?: readonly string[]
  readonly consent: Consent
  readonly now: number
}

/** What the site's models choose for a visitor; undefined for a site without any. Waits as long as they may take; never rejects. */
export async function chooseFor(
  { models, log }: Pick<ServerContext, 'models' | 'log'>,
  { publication, profile, source, context = {}, slots, consent, now }: ChooseForInput,
): Promise<ChosenBy | undefined> {
  const { site, manifest } = publication
  if (!site.experiences.some(({ choose }) => choose)) return undefined
  const isAllowed = consent.personalization === 'granted'
  const known = isAllowed ? mergeSource(source, readAttributes(profile ?? createProfile(''), site, now)) : {}
  const facts = { ...context, ...known }
  const rules = resolveRules(publication, facts, (operator, error) =>
    log({ level: 'warn', code: 'operator_failed', message: `operators.${operator} threw: ${getMessage(error)}` }),
  )
  return models.choose({
    site,
    rules,
    facts,
    visitor: isAllowed ? profile?.visitor : undefined,
    slots: slots ?? Object.keys(manifest.slots),
    now,
  })
}
