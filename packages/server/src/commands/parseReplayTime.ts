import { UsageError } from './UsageError.ts'

/** `--at` of `unblink replay`, epoch milliseconds; undefined when it is left out. Throws a UsageError for what is no time. */
export function parseReplayTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new UsageError(`--at ${text}: expected a time like 2030-01-31T09:00:00Z.`)
  return at
}

/** What is said where a log has nothing of a visitor. */
export const formatUnknown = (visitor: string, before: number | undefined): string =>
  `--visitor ${visitor}: the log has nothing of this visitor${before === undefined ? '' : ' by then'}.`
