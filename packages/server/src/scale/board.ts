/** One partition: who folds it, and up to where in the stream it surely is folded. */
export interface Holding {
  /** Empty: nobody. */
  readonly owner: string
  readonly seq: number
}

/** Who folds what: one value, changed by compare-and-set, so that all workers always agree on it. */
export interface Board {
  readonly v: 1
  /** Each worker raises its own number every second; one that stands still for some seconds is gone. */
  readonly workers: Readonly<Record<string, number>>
  readonly partitions: readonly Holding[]
}

export const createBoard = (partitions: number): Board => ({
  v: 1,
  workers: {},
  partitions: Array.from({ length: partitions }, () => ({ owner: '', seq: 0 })),
})

export interface TurnInput {
  readonly board: Board
  readonly me: string
  /** The workers that show signs of life, me among them or not. */
  readonly alive: ReadonlySet<string>
  /** Where I am with the partitions that I fold. */
  readonly progress: ReadonlyMap<number, number>
}

const listAlive = ({ me, alive }: TurnInput) => [...new Set([...alive, me])].sort()

/** How many partitions a worker may hold: all the same, but the first few in the order of their names one more. */
export function getQuota(workers: readonly string[], me: string, partitions: number): number {
  const rest = partitions % workers.length
  return Math.floor(partitions / workers.length) + (workers.indexOf(me) < rest ? 1 : 0)
}

const withProgress = ({ board, me, progress }: TurnInput): Holding[] =>
  board.partitions.map((one, index) =>
    one.owner === me ? { owner: me, seq: Math.max(one.seq, progress.get(index) ?? 0) } : one,
  )

/**
 * A worker's turn: it shows that it lives, tells how far it is, forgets the dead, gives up what is more than its share, and
 * takes what nobody has. A partition that is given up is taken by another in that other's own turn. Pure.
 */
export function takeTurn(input: TurnInput): Board {
  const { board, me } = input
  const workers = listAlive(input)
  const quota = getQuota(workers, me, board.partitions.length)
  let held = 0
  const kept = withProgress(input).map((one) => {
    if (one.owner === me) return held++ < quota ? one : { ...one, owner: '' }
    return workers.includes(one.owner) ? one : { ...one, owner: '' }
  })
  held = Math.min(held, quota)
  const partitions = kept.map((one) => {
    if (one.owner !== '' || held >= quota) return one
    held++
    return { ...one, owner: me }
  })
  const beats = Object.fromEntries(workers.map((name) => [name, board.workers[name] ?? 0]))
  return { v: 1, workers: { ...beats, [me]: (beats[me] ?? 0) + 1 }, partitions }
}

/** A worker's last turn: all that it has is free at once. Pure. */
export function takeLeave(input: TurnInput): Board {
  const { board, me } = input
  const { [me]: _, ...workers } = board.workers
  const partitions = withProgress(input).map((one) => (one.owner === me ? { ...one, owner: '' } : one))
  return { v: 1, workers, partitions }
}
