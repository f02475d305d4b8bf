import type { EventInput } from '@unblink/protocol'
import { afterEach, expect, test, vi } from 'vitest'
import { cleanCommand } from './cleanCommand.ts'

afterEach(() => void vi.restoreAllMocks())

const custom = (props: object) => ({ t: 'custom', p: { name: 'paid', props } }) as EventInput
const conversion = (p: object) => ({ t: 'conversion', p }) as EventInput

test('own properties of an event lose what tells who somebody is, and nothing else', () => {
  const props = { by: 'card 4111 1111 1111 1111', months: 36, list: ['a'], note: null }
  expect(cleanCommand(custom(props))).toEqual(custom({ ...props, by: 'card [removed]' }))
  expect(props.by).toContain('4111')
})

test('a text that is too long to be kept is not searched', () => {
  const text = `ann@example.org ${'x'.repeat(20_000)}`
  expect(cleanCommand(custom({ text }))).toEqual(custom({ text }))
})

test.each([{ goal: 'buy' }, { goal: 'buy', value: 0 }, { goal: 'buy', value: -12.5, currency: 'EUR' }])(
  'the conversion %j is passed on',
  (p) => expect(cleanCommand(conversion(p))).toEqual(conversion(p)),
)

test.each([
  {},
  { goal: '', value: 1 },
  { goal: 'buy', value: '12' },
  { goal: 'buy', value: NaN },
  { goal: 'buy', value: 1e13 },
  { goal: 'buy', value: 1, currency: 'eur' },
  { goal: 'buy', value: 1, currency: 'EURO' },
])('the conversion %j is refused, and the page is told what fits', (p) => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  expect(cleanCommand(conversion(p))).toBeUndefined()
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('Expected { goal, value?: number, currency?: "EUR" }'), p)
})

test('what cannot be read is left to the tracker', () => {
  const hostile = {
    get text(): never {
      throw new Error('no')
    },
  }
  const event = custom(hostile)
  expect(cleanCommand(event)).toBe(event)
  expect(cleanCommand(conversion(undefined as never))).toEqual(conversion(undefined as never))
})
