import type { LogRecord } from './log.ts'

/** One line of JSON, in which nothing that a page sent can break the line or drive a terminal. */
export const formatLog = (record: LogRecord, at: number): string =>
  JSON.stringify({ time: new Date(at).toISOString(), ...record }).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
