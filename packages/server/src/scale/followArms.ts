import { getMessage, type Log } from '../log.ts'
import type { Arms } from '../model/createArms.ts'
import { getBandits } from '../model/getBandit.ts'
import type { Site } from '../site/site.ts'
import type { Bucket } from './createBucket.ts'
import { parseArms, sumArms } from './sumArms.ts'

export interface FollowArmsOptions {
  readonly bucket: Bucket
  /** Where the arms of each partition are, in order. */
  readonly keys: readonly string[]
  readonly arms: Arms
  readonly getSite: () => Site
  readonly log: Log
  /** @default 1 000 */
  readonly everyMs?: number
}

/**
 * Keeps a server's arms as all workers together have written them. Where they cannot be read, the last ones are used. Resolves
 * when they were read for the first time, to what ends it.
 */
export async function followArms({
  bucket,
  keys,
  arms,
  getSite,
  log,
  everyMs = 1_000,
}: FollowArmsOptions): Promise<() => void> {
  let isStopped = false
  let timer: NodeJS.Timeout | undefined

  const read = async () => {
    try {
      const site = getSite()
      if (getBandits(site).size === 0) return
      const values = await Promise.all(keys.map((key) => bucket.get(key)))
      arms.replace(
        sumArms(
          values.map((value) => parseArms(value?.text)),
          site,
        ),
      )
    } catch (error) {
      const message = `What the bandits have learnt cannot be read, so the last is used: ${getMessage(error)}`
      log({ level: 'warn', code: 'arms_away', message })
    }
  }
  const turn = async () => {
    await read()
    if (!isStopped) timer = setTimeout(() => void turn(), everyMs).unref()
  }
  await turn()
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
