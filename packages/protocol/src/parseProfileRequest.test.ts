import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseProfileRequest } from './parseProfileRequest.ts'

const request = {
  v: 1,
  key: 'site',
  slots: { 'home.hero': {}, 'home.side': {} },
  url: '/loans',
  referrer: 'https://search.example/',
  consent: { personalization: 'granted', analytics: 'denied' },
}

test('a sound request passes unchanged', () => {
  expect(parseProfileRequest(request)).toEqual({ ok: true, value: request })
  const visitor = 'b6e5c3de-6f0e-4c7b-9a53-0c3d3f0a8b11'
  expect(parseProfileRequest({ ...request, visitor })).toEqual({ ok: true, value: { ...request, visitor } })
})

test('a whole boot record is a request: what it says of itself is ignored', () => {
  const boot = {
    ...request,
    base: '/u',
    queue: [],
    slots: { 'home.hero': { selector: '#hero', state: 0 }, 'home.side': 1 },
  }
  expect(parseProfileRequest(boot)).toEqual({ ok: true, value: request })
})

test('E10 queries and fragments of the page and its referrer are not kept', () => {
  const parsed = parseProfileRequest({
    ...request,
    url: '/a?email=x@y.example#z',
    referrer: 'https://mail.example/in#id\n?x',
  })
  expect(parsed).toMatchObject({ ok: true, value: { url: '/a', referrer: 'https://mail.example/in' } })
})

test('what makes no sense is left out', () => {
  const slots = JSON.parse(`{"a":1,"__proto__":{"b":1},"${'x'.repeat(101)}":1}`) as object
  expect(parseProfileRequest({ v: 1, key: 'site', visitor: 7, slots, url: 1, referrer: 'x'.repeat(2_049) })).toEqual({
    ok: true,
    value: {
      v: 1,
      key: 'site',
      slots: { a: {} },
      url: '',
      referrer: '',
      consent: { personalization: 'pending', analytics: 'pending' },
    },
  })
})

test.each([
  ['another version', { ...request, v: 9 }, 'v: 1'],
  ['no key', { ...request, key: undefined }, 'request.key'],
  ['a list of slots', { ...request, slots: ['home.hero'] }, 'request.slots: expected an object'],
  [
    'too many slots',
    {
      ...request,
      slots: Object.fromEntries(
        Array(101)
          .fill(0)
          .map((_, n) => [n, 1]),
      ),
    },
    'at most 100 slots, got 101',
  ],
])('a request with %s fails and says where', (_name, value, message) => {
  expect(parseProfileRequest(value)).toMatchObject({ ok: false, error: expect.stringContaining(message) as string })
})

test('never throws, whatever comes', () => {
  const near = fc.record({
    v: fc.constant(1),
    key: fc.string(),
    slots: fc.dictionary(fc.string(), fc.anything()),
    url: fc.anything(),
    consent: fc.anything(),
  })
  fc.assert(fc.property(fc.oneof(near, fc.anything()), (value) => typeof parseProfileRequest(value).ok === 'boolean'))
})
