import { UsageError } from './UsageError.ts'

/** Reads `--days`: whole days to look back, up to ten years. Throws a `UsageError` that says so. */
export function parseDays(text: string): number {
  const days = Number(text)
  if (Number.isInteger(days) && days >= 1 && days <= 3_660) return days
  throw new UsageError(`--days ${text}: expected a whole number from 1 to 3660.`)
}
