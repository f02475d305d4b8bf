import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { checkHookSignature, type HookHeaders } from './checkHookSignature.ts'

// The example of the specification's reference libraries.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const BODY = '{"test": 2432232314}'
const AT = 1_614_265_330_000
const HEADERS: HookHeaders = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
}
const OTHER = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const check = (over: Partial<HookHeaders> = {}, body = BODY, secrets = [SECRET], now = AT) =>
  checkHookSignature({ ...HEADERS, ...over }, body, secrets, now)

test('the example of the specification is signed', () => {
  expect(check()).toBe('signed')
})

test.each([
  ['any of several secrets', [OTHER, SECRET]],
  ['whichever comes first', [SECRET, OTHER]],
])('%s will do', (_name, secrets) => {
  expect(check({}, BODY, secrets)).toBe('signed')
})

test('one of several signatures will do, and other versions are passed over', () => {
  expect(check({ signature: `v1,AAAA v1a,xyz ${HEADERS.signature} v2,abc` })).toBe('signed')
  expect(check({ signature: HEADERS.signature!.replace('v1,', 'v2,') })).toBe('unsigned')
})

test.each<[string, Partial<HookHeaders>, string, string[]]>([
  ['another body', {}, `${BODY} `, [SECRET]],
  ['another id', { id: 'msg_2' }, BODY, [SECRET]],
  ['another time', { timestamp: '1614265331' }, BODY, [SECRET]],
  ['another secret', {}, BODY, [OTHER]],
  ['half a signature', { signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSy' }, BODY, [SECRET]],
  ['an empty signature', { signature: 'v1,' }, BODY, [SECRET]],
  ['no signature of any form', { signature: 'hello' }, BODY, [SECRET]],
])('%s is not signed', (_name, headers, body, secrets) => {
  expect(check(headers, body, secrets)).toBe('unsigned')
})

test('a signature of whoever knows no secret but signs with nothing is none', () => {
  const forged = createHmac('sha256', '').update(`${HEADERS.id}.${HEADERS.timestamp}.${BODY}`).digest('base64')
  expect(check({ signature: `v1,${forged}` })).toBe('unsigned')
})

test.each([
  [299_000, 'signed'],
  [-299_000, 'signed'],
  [301_000, 'stale'],
  [-301_000, 'stale'],
])('%i ms from the clock is %s', (ms, expected) => {
  expect(check({}, BODY, [SECRET], AT + ms)).toBe(expected)
})

test.each<Partial<HookHeaders>>([
  { id: undefined },
  { id: '' },
  { id: 'x'.repeat(257) },
  { id: 'a b' },
  { timestamp: undefined },
  { timestamp: 'soon' },
  { timestamp: '1e9' },
  { timestamp: '-5' },
  { signature: undefined },
])('%j cannot be read', (headers) => {
  expect(check(headers)).toBe('headers')
})
