/** `Date.parse` reads nearly anything as a date, numbers too; one in a header begins with its weekday. */
const WEEKDAY = /^[A-Z][a-z]{2}/

/**
 * Milliseconds that an answer's Retry-After asks for: seconds, or a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).
 * Undefined where it asks for nothing, or cannot be read.
 * @param now Epoch milliseconds.
 */
export function getRetryAfterMs(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  let ms = NaN
  if (/^\d+$/.test(text)) ms = Number(text) * 1_000
  else if (WEEKDAY.test(text)) ms = Date.parse(text) - now
  return ms > 0 ? ms : undefined
}
