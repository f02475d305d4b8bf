import { chmodSync, closeSync, openSync, rmSync, writeSync } from 'node:fs'
import type { RejectedRow } from './createImportSender.ts'

/** Keeps rejected rows in a file of their own. */
export interface ImportRejects {
  /** The file is made with the first row. Throws what the file system says. */
  add(rows: readonly RejectedRow[]): void
  readonly count: number
  close(): void
}

/** For their owner only: the rows are about people. */
const MODE = 0o600

/**
 * A line of JSON for each rejected row: `{line, code, reason, row}`, `row` being its text as the file has it. What a former
 * import left under this name goes first.
 */
export function createImportRejects(file: string): ImportRejects {
  let handle: number | undefined
  let count = 0
  rmSync(file, { force: true })
  return {
    add(rows) {
      if (rows.length === 0) return
      if (handle === undefined) {
        handle = openSync(file, 'wx', MODE)
        // The mode above is cut by the umask only; a file system with its own ideas is told once more.
        chmodSync(file, MODE)
      }
      const lines = rows.map(({ row, code, reason }) => JSON.stringify({ line: row.line, code, reason, row: row.raw }))
      writeSync(handle, `${lines.join('\n')}\n`)
      count += rows.length
    },
    get count() {
      return count
    },
    close() {
      if (handle !== undefined) closeSync(handle)
      handle = undefined
    },
  }
}
