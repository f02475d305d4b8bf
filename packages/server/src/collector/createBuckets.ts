export interface BucketOptions {
  /** What flows back into each bucket. */
  readonly perSecond: number
  /** What a bucket holds when it is full, as it is for somebody new. */
  readonly burst: number
  /** Buckets that are remembered; the one unused for longest goes first, and is full when it comes back. @default 50 000 */
  readonly maxBuckets?: number
  /** Monotonic milliseconds: a clock that is set must not fill or empty a bucket. */
  readonly getTime: () => number
}

/** Token buckets in memory, one for each name. */
export interface Buckets {
  /**
   * Takes from a bucket. Returns 0, or the milliseconds until there is enough, and then nothing was taken. More than a
   * bucket holds is given once it is full, or nobody could ever send it.
   */
  take(name: string, amount: number): number
  readonly size: number
}

interface Bucket {
  left: number
  at: number
}

export function createBuckets({ perSecond, burst, maxBuckets = 50_000, getTime }: BucketOptions): Buckets {
  const buckets = new Map<string, Bucket>()
  return {
    take(name, amount) {
      const now = getTime()
      const bucket = buckets.get(name) ?? { left: burst, at: now }
      // A map keeps the order of setting, so the first is the one unused for longest.
      buckets.delete(name)
      buckets.set(name, bucket)
      if (buckets.size > maxBuckets) buckets.delete(buckets.keys().next().value!)
      bucket.left = Math.min(burst, bucket.left + ((now - bucket.at) / 1_000) * perSecond)
      bucket.at = now
      const needed = Math.min(amount, burst)
      if (bucket.left < needed) return Math.ceil(((needed - bucket.left) / perSecond) * 1_000)
      bucket.left = Math.max(0, bucket.left - amount)
      return 0
    },
    get size() {
      return buckets.size
    },
  }
}
