import { addToArm, EMPTY_ARM, type Arm } from './arm.ts'
import type { Credit } from './credit.ts'
import type { Bandit } from './getBandit.ts'

/** Under which an arm is kept. An id has no blank, so no part can pretend to be another. `context`: '' for everyone. */
export const toArmKey = (experience: string, context: string, variant: string): string =>
  `${experience} ${context} ${variant}`

/** Adds what was learnt to arms by key: to those of everyone, and to those of the context. Changes `arms`; calls back with each key. */
export function addCredits(
  arms: Map<string, Arm>,
  credits: readonly Credit[],
  getBandit: (experience: string) => Bandit | undefined,
  onChange: (key: string, credit: Credit, context: string) => void = () => {},
): void {
  for (const credit of credits) {
    const { experience, context, variant, at, weight, won } = credit
    const bandit = getBandit(experience)
    if (!bandit) continue
    const gain: Arm =
      won === undefined
        ? { n: weight, sum: 0, squares: 0, at }
        : { n: 0, sum: weight * won, squares: weight * won * won, at }
    for (const place of context === '' ? [''] : ['', context]) {
      const key = toArmKey(experience, place, variant)
      arms.set(key, addToArm(arms.get(key) ?? EMPTY_ARM, gain, bandit.halfLifeMs))
      onChange(key, credit, place)
    }
  }
}
