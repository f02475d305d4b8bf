/** One thing that will happen. */
export interface Task {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/** A clock that only moves from one task to the next, and the one source of chance: a seed tells all that happens. */
export interface World {
  /** Milliseconds since the beginning. */
  now(): number
  /** From 0 up to 1. */
  random(): number
  chance(share: number): boolean
  /** Whole, from 0 up to but not including `end`. */
  below(end: number): number
  pick<T>(list: readonly T[]): T
  schedule(afterMs: number, run: () => void): Task
  cancel(task: Task | undefined): void
  /** Runs what is planned until `endMs`, each task with all the promises that it settles; resolves to how many it ran. */
  run(endMs: number): Promise<number>
}

const { setImmediate } = globalThis

/** Mulberry32, a generator of 32 bits: small, fast and good enough to choose faults. */
function createRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

export function createWorld(seed: number): World {
  const random = createRandom(seed)
  /** The next one last. */
  const tasks: Task[] = []
  let now = 0
  let count = 0
  const isLater = (a: Task, b: Task) => a.at > b.at || (a.at === b.at && a.order > b.order)
  return {
    now: () => now,
    random,
    chance: (share) => random() < share,
    below: (end) => Math.floor(random() * end),
    pick: (list) => list[Math.floor(random() * list.length)]!,
    schedule(afterMs, run) {
      const task = { at: now + Math.max(0, afterMs), order: count++, run }
      let index = tasks.length
      while (index > 0 && isLater(task, tasks[index - 1]!)) index--
      tasks.splice(index, 0, task)
      return task
    },
    cancel(task) {
      const index = task ? tasks.indexOf(task) : -1
      if (index >= 0) tasks.splice(index, 1)
    },
    async run(endMs) {
      let ran = 0
      for (; tasks.length > 0 && tasks.at(-1)!.at <= endMs; ran++) {
        const task = tasks.pop()!
        now = task.at
        task.run()
        // Only after every promise that follows from it.
        await new Promise((resolve) => setImmediate(resolve))
      }
      now = Math.max(now, endMs)
      return ran
    },
  }
}
