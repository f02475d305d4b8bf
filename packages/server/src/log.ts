/** One thing worth telling an operator. `code` is stable; the other members are its facts, never personal data. */
export interface LogRecord {
  readonly level: 'info' | 'warn' | 'error'
  readonly code: string
  readonly message: string
  readonly [fact: string]: unknown
}

export type Log = (record: LogRecord) => void

export const getMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error))
