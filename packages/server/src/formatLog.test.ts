import { expect, test } from 'vitest'
import { formatLog } from './formatLog.ts'

test('E8 one record is one line without control characters, and reads back as it was', () => {
  const message = 'a\r\nb\u001b[31m\u009b31m\u2028\u0000'
  const line = formatLog({ level: 'warn', code: 'x', message }, 0)
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
  expect(JSON.parse(line)).toEqual({ time: '1970-01-01T00:00:00.000Z', level: 'warn', code: 'x', message })
})
