import type { AnyEvent, Outcome } from '@unblink/protocol'
import type { Site } from '../site/site.ts'
import type { Profile } from './profile.ts'

/** The visitor could see the variant, or would have, where the default is it. */
const SHOWN: readonly Outcome[] = ['variant', 'late', 'control']

/**
 * What an exposure says of the experiment that it is of: the variant that the visitor was shown first, while the site has it,
 * in whatever order exposures come. So weights and coverage can change and nobody sees another variant than before. Pure.
 */
export function foldAssignments(profile: Profile, event: AnyEvent, site: Site): Profile {
  if (event.t !== 'exposure' || !SHOWN.includes(event.p.outcome)) return profile
  const experiments = site.experiences.filter(({ kind }) => kind === 'experiment')
  const { experience = '', variant } = event.p
  const variants = experiments.find(({ id }) => id === experience)?.variants.map(({ id }) => id) ?? []
  // A name that the rules do not have is one that somebody has made up, or of rules that are no more.
  if (variant === undefined || !variants.includes(variant)) return profile
  const known = profile.assignments?.[experience]
  if (known && known.at <= event.at && variants.includes(known.variant)) return profile
  const others = Object.entries(profile.assignments ?? {}).filter(([id]) => experiments.some((one) => one.id === id))
  return { ...profile, assignments: { ...Object.fromEntries(others), [experience]: { variant, at: event.at } } }
}
