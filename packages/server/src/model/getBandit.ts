import type { BanditChoice } from '../site/choice.ts'
import type { Site } from '../site/site.ts'

/** How a bandit chooses for one experience. */
export interface Bandit extends BanditChoice {
  readonly experience: string
  readonly variants: readonly string[]
}

/** Sites never change, and each event asks. */
const known = new WeakMap<Site, ReadonlyMap<string, Bandit>>()

/** The bandits of a site, by the ids of their experiences. */
export function getBandits(site: Site): ReadonlyMap<string, Bandit> {
  const found = known.get(site)
  if (found) return found
  const bandits = new Map<string, Bandit>()
  for (const { id, variants, choose = [] } of site.experiences) {
    for (const choice of choose)
      if ('bandit' in choice)
        bandits.set(id, { ...choice.bandit, experience: id, variants: variants.map((variant) => variant.id) })
  }
  known.set(site, bandits)
  return bandits
}

/** The bandit that may choose for an experience; undefined when there is none. */
export const getBandit = (site: Site, experience: string): Bandit | undefined => getBandits(site).get(experience)
