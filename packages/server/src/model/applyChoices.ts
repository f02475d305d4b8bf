import type { Decision, Manifest } from '@unblink/protocol'
import type { ChosenBy } from './chosen.ts'

/** The rules, in which what was chosen stands in the place of the weights: a visitor's bucket then finds the variant. */
export function applyChoices(rules: Manifest, chosen: ChosenBy | undefined): Manifest {
  if (!chosen || chosen.size === 0) return rules
  const experiences = rules.experiences.map((experience) => {
    const { shares } = chosen.get(experience.id) ?? {}
    if (!shares) return experience
    const sure = experience.variants.find(({ id }) => shares[id] === 1)
    // Alone, because a visitor without an id has no bucket, and gets only what everyone gets.
    if (sure) return { ...experience, variants: [{ ...sure, weight: 1 }] }
    return { ...experience, variants: experience.variants.map((one) => ({ ...one, weight: shares[one.id] ?? 0 })) }
  })
  return { ...rules, experiences }
}

/** The decision with how likely it was, where a bandit has made it. */
export function withChance(decision: Decision, chosen: ChosenBy | undefined): Decision {
  const { experience = '', variant = '' } = decision
  const { shares, context } = chosen?.get(experience) ?? {}
  const share = shares?.[variant]
  if (context === undefined || share === undefined) return decision
  return { ...decision, chance: [+share.toFixed(4), context] }
}
