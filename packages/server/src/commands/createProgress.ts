import { performance } from 'node:perf_hooks'

/** Tells on stderr how far a command is: never in its first second, then on one line of a terminal, or a line every ten seconds. */
export interface Progress {
  /** @param share 0 to 1; left out where nobody knows how many there are. */
  readonly tell: (rows: number, share?: number) => void
  /** The last line: what came out, and how fast. */
  end(outcome: string): void
  /** Leaves the terminal's line alone. */
  stop(): void
}

const LINE_MS = 10_000
const TERMINAL_MS = 250

export function createProgress(what: string): Progress {
  const startedAt = performance.now()
  const isTerminal = process.stderr.isTTY
  let toldAt = startedAt + 1_000 - (isTerminal ? TERMINAL_MS : LINE_MS)
  let latest = 0
  let isOpen = false

  const getSeconds = () => (performance.now() - startedAt) / 1_000
  const stop = () => {
    if (isOpen) process.stderr.write('\n')
    isOpen = false
  }

  return {
    tell(rows, share) {
      latest = rows
      if (performance.now() - toldAt < (isTerminal ? TERMINAL_MS : LINE_MS)) return
      toldAt = performance.now()
      const of = share === undefined ? '' : `, ${Math.floor(100 * share)} %`
      const line = `${what}: ${rows} rows${of}, ${Math.round(rows / getSeconds())} a second`
      isOpen = isTerminal
      process.stderr.write(isTerminal ? `\r${line}\u001b[K` : `${line}\n`)
    },
    end(outcome) {
      stop()
      const seconds = getSeconds()
      process.stderr.write(`${outcome}, ${seconds.toFixed(1)} s, ${Math.round(latest / seconds)} rows a second\n`)
    },
    stop,
  }
}
