/** What an import has done so far. */
export interface ImportCounts {
  readonly rows: number
  readonly rejected: number
  /** How much of the file was read, 0 to 1. Left out where its length is not known. */
  readonly share?: number
}

export interface ImportProgressOptions {
  readonly print: (text: string) => void
  /** Draws one line over and over; elsewhere a line is added every few seconds. */
  readonly isTerminal: boolean
  /** Monotonic milliseconds. */
  readonly getTime: () => number
}

export interface ImportProgress {
  /** Prints when it is time to. */
  show(counts: ImportCounts): void
  /** A line of its own, above the progress. */
  tell(line: string): void
  /** Clears the drawn line. */
  end(): void
}

const DRAW_MS = 200
const LINE_MS = 5_000

/** `12 345`, as numbers of many digits are read. */
export const formatCount = (count: number): string => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ')

export function createImportProgress({ print, isTerminal, getTime }: ImportProgressOptions): ImportProgress {
  const startedAt = getTime()
  let shownAt = startedAt
  const clear = () => {
    if (isTerminal) print('\r\u001B[K')
  }
  return {
    show({ rows, rejected, share }) {
      const at = getTime()
      if (at - shownAt < (isTerminal ? DRAW_MS : LINE_MS)) return
      shownAt = at
      const rate = formatCount((1_000 * rows) / Math.max(1, at - startedAt))
      const read = share === undefined ? '' : `, ${Math.floor(100 * share)} % read`
      const line = `${formatCount(rows)} rows, ${rate}/s, ${formatCount(rejected)} rejected${read}`
      print(isTerminal ? `\r\u001B[K${line}` : `${line}\n`)
    },
    tell(line) {
      clear()
      print(`${line}\n`)
    },
    end: clear,
  }
}
