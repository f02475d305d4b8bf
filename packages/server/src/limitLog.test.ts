import { expect, test } from 'vitest'
import { limitLog } from './limitLog.ts'
import type { LogRecord } from './log.ts'

test('a flood of one code is cut and counted, and hides no other code', () => {
  const records: LogRecord[] = []
  let now = 0
  const log = limitLog({ log: (record) => records.push(record), max: 2, windowMs: 1_000, getTime: () => now })
  const tell = (code: string) => log({ level: 'info', code, message: '' })
  for (let count = 0; count < 50; count++) tell('flood')
  tell('other')
  expect(records.map(({ code }) => code)).toEqual(['flood', 'flood', 'other'])
  now = 999
  tell('flood')
  now = 1_000
  tell('flood')
  tell('flood')
  expect(records.slice(3)).toEqual([
    { level: 'info', code: 'flood', message: '', omitted: 49 },
    { level: 'info', code: 'flood', message: '' },
  ])
})
