import { addToArm, EMPTY_ARM, type Arm } from '../model/arm.ts'
import { getBandits } from '../model/getBandit.ts'
import type { Site } from '../site/site.ts'

/** What the visitors of one partition have taught, and up to where in the stream. */
export interface PartitionArms {
  /** Sequence of the last message that was looked at; 0 before the first. */
  readonly seq: number
  /** By `toArmKey`. */
  readonly arms: Readonly<Record<string, Arm>>
}

export const NO_ARMS: PartitionArms = { seq: 0, arms: {} }

export const formatArms = ({ seq, arms }: PartitionArms): string => JSON.stringify({ v: 1, seq, arms })

/** Reads what `formatArms` wrote; throws for a value of a newer version. */
export function parseArms(text: string | undefined): PartitionArms {
  if (text === undefined) return NO_ARMS
  const { v, seq, arms } = JSON.parse(text) as Partial<PartitionArms> & { v?: unknown }
  if (v !== 1 || seq === undefined || !arms) throw new Error('Arms were written by a newer version of the server.')
  return { seq, arms }
}

/** What all partitions together have taught; the same values, in the order of the partitions, give the same sums. Pure. */
export function sumArms(all: readonly PartitionArms[], site: Site): ReadonlyMap<string, Arm> {
  const sums = new Map<string, Arm>()
  const bandits = getBandits(site)
  for (const { arms } of all) {
    for (const [key, arm] of Object.entries(arms)) {
      const bandit = bandits.get(key.slice(0, key.indexOf(' ')))
      if (bandit) sums.set(key, addToArm(sums.get(key) ?? EMPTY_ARM, arm, bandit.halfLifeMs))
    }
  }
  return sums
}
