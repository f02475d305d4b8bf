import { expect, test } from 'vitest'
import { readScaleFlags } from './readScaleFlags.ts'

test('without a cluster there is none, and flags that need one say so', () => {
  expect(readScaleFlags({}, {})).toBeUndefined()
  expect(() => readScaleFlags({ role: 'api' }, {})).toThrow('--role is for a cluster')
})

test('one switch is enough, on the command line or in the environment; the command line wins', () => {
  expect(readScaleFlags({ nats: 'nats://a, nats://b' }, {})).toMatchObject({ servers: ['nats://a', 'nats://b'] })
  expect(readScaleFlags({}, { UNBLINK_NATS: 'nats://c' })).toMatchObject({ servers: ['nats://c'] })
  expect(readScaleFlags({ nats: 'nats://a' }, { UNBLINK_NATS: 'nats://c' })).toMatchObject({ servers: ['nats://a'] })
})

test.each([
  [{ role: 'wroker' }, 'did you mean worker?'],
  [{ replicas: '2' }, 'expected 1, 3 or 5'],
  [{ replicas: '9' }, 'from 1 to 5'],
  [{ partitions: '0' }, 'from 1 to 256'],
  [{ fold: 'x' }, 'expected a whole number'],
])('%j is refused with what is expected', (flags, message) => {
  expect(() => readScaleFlags({ nats: 'nats://a', ...flags }, {})).toThrow(message)
})
