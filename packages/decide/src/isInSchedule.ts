import type { Day, Schedule } from '@unblink/protocol'

/**
 * Whether a schedule runs at a moment (epoch milliseconds). Throws a RangeError for a time zone that does not exist, once
 * it matters.
 */
export const isInSchedule = (
  { from = 0, to = Infinity, timeZone = 'UTC', days, hours: [opens, closes] = ['', '24'] }: Schedule,
  now: number,
): boolean => {
  // "Sunday 22 November 2026 at 09:30", with a comma or two in some engines. It costs more than all the rest of a decision,
  // so only those who ask for days or hours pay for it.
  const text =
    (days || opens) && new Date(now).toLocaleString('en-GB', { timeZone, dateStyle: 'full', timeStyle: 'short' })
  const time = text.slice(-5)
  return (
    now >= from &&
    now < to &&
    (!days || days.includes(text.slice(0, 3) as Day)) &&
    // Both "it has opened" and "it has not closed", or, past midnight, just one of them.
    (time >= opens === time < closes) === opens < closes
  )
}
