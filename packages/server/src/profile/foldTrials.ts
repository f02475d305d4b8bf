import type { AnyEvent, Event, Outcome } from '@unblink/protocol'
import { getBandit } from '../model/getBandit.ts'
import type { Site } from '../site/site.ts'
import type { Profile } from './profile.ts'
import type { Trial } from './trial.ts'

/** Nobody is shown what is less likely, so who says so has made it up: it would outweigh a thousand others. */
const LEAST_P = 0.001

/** What lets a visitor be counted: they could see the variant, or would have, where the default is one of them. */
const SHOWN: readonly Outcome[] = ['variant', 'late', 'control']

const save = (profile: Profile, experience: string, trial: Trial): Profile => ({
  ...profile,
  trials: { ...profile.trials, [experience]: trial },
})

function foldExposure(profile: Profile, { at, p: exposure }: Event<'exposure'>, site: Site): Profile {
  const { experience, variant, chance, outcome } = exposure
  if (experience === undefined || variant === undefined || !chance || !SHOWN.includes(outcome)) return profile
  const [p, context] = chance
  const bandit = getBandit(site, experience)
  if (!bandit || p < LEAST_P || !bandit.variants.includes(variant)) return profile
  // A context that the rules do not have is one that somebody has made up, or of rules that are no more.
  if (context !== '' && !bandit.contexts.includes(context)) return profile
  const known = profile.trials?.[experience]
  // Also what comes out of order is not counted: the trial after it has begun.
  if (known && at < known.at + bandit.windowMs) return profile
  return save(profile, experience, { variant, p, context, at, k: (known?.k ?? 0) + 1 })
}

function foldGoal(profile: Profile, { at, p: { goal, value } }: Event<'conversion'>, site: Site): Profile {
  let next = profile
  for (const [experience, trial] of Object.entries(profile.trials ?? {})) {
    const bandit = getBandit(site, experience)
    if (bandit?.goal !== goal || trial.wonAt !== undefined) continue
    if (at < trial.at || at >= trial.at + bandit.windowMs) continue
    const worth = Math.min(Math.max(value ?? 0, 0), bandit.maxValue ?? 0)
    next = save(next, experience, { ...trial, wonAt: at, ...(bandit.maxValue === undefined ? {} : { value: worth }) })
  }
  return next
}

/**
 * What an event says of the variants that bandits have chosen: one trial at a time for each visitor and experience, begun by
 * an exposure, won by the first conversion within the window. Pure.
 */
export function foldTrials(profile: Profile, event: AnyEvent, site: Site): Profile {
  switch (event.t) {
    case 'exposure':
      return foldExposure(profile, event, site)
    case 'conversion':
      return foldGoal(profile, event, site)
    default:
      return profile
  }
}
