import { addCredits } from '../model/addCredits.ts'
import { getBandit } from '../model/getBandit.ts'
import type { Site } from '../site/site.ts'
import type { Bucket } from './createBucket.ts'
import type { Lesson } from './foldedState.ts'
import { formatArms, parseArms, type PartitionArms } from './sumArms.ts'

export interface TeacherOptions {
  readonly control: Bucket
  /** Where the arms of the partition are. */
  readonly key: string
  readonly getSite: () => Site
}

/** Brings what one partition's visitors have taught the bandits to where all servers read it. */
export interface Teacher {
  /**
   * Adds lessons that are not in yet, by their sequences, and notes that all up to `last` are: so each counts once, however often it is
   * given, by whichever worker. Rejects when NATS does not answer.
   */
  teach(lessons: readonly Lesson[], last: number): Promise<void>
}

interface Kept extends PartitionArms {
  readonly revision: number
}

export function createTeacher({ control, key, getSite }: TeacherOptions): Teacher {
  let kept: Kept | undefined

  const read = async (): Promise<Kept> => {
    const value = await control.get(key)
    return { ...parseArms(value?.text), revision: value?.revision ?? 0 }
  }

  return {
    async teach(lessons, last) {
      if (!lessons.some(({ seq }) => seq <= last && seq > (kept?.seq ?? 0))) return
      for (;;) {
        const known = kept ?? (await read())
        const news = lessons.filter(({ seq }) => seq > known.seq && seq <= last).sort((a, b) => a.seq - b.seq)
        kept = known
        if (news.length === 0) return
        const site = getSite()
        const arms = new Map(Object.entries(known.arms))
        for (const { credits } of news) addCredits(arms, credits, (experience) => getBandit(site, experience))
        const next = { seq: last, arms: Object.fromEntries(arms) }
        kept = undefined
        const revision = await control.replace(key, formatArms(next), known.revision)
        // Another worker was in between; what it has added is not added again.
        if (revision !== undefined) return void (kept = { ...next, revision })
      }
    },
  }
}
