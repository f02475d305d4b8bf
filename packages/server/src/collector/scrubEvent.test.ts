import type { AnyEvent } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { scrubEvent } from './scrubEvent.ts'
import { scrubPersonal } from './scrubPersonal.ts'

test.each([
  ['mail ann.b+c@mail.example.org now', 'mail [email] now'],
  ['/u/ann%40example.org/edit', '/u/[email]/edit'],
  ['paid with 4111 1111 1111 1111', 'paid with [card]'],
  ['5500005555555559.', '[card].'],
  ['to DE89 3704 0044 0532 0130 00 please', 'to [iban] please'],
  ['GB82WEST12345698765432', '[iban]'],
  ['call +44 20 7946 0958 now', 'call [phone] now'],
  ['(0)30/12: 030 1234567', '(0)30/12: [phone]'],
  ['0049 (30) 901820', '[phone]'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', '[token]'],
  ['/reset/9f86d081884c7d659a2feaa0c55ad015', '/reset/[token]'],
])('%s is scrubbed', (text, clean) => expect(scrubPersonal(text)).toBe(clean))

test.each([
  'Loans and mortgages in 2026: 3.4 % @ your bank',
  '/articles/a-very-long-title-about-something-of-2026-in-many-words',
  'Order 4111111111111112 of 2026-11-22 10:30',
  'DE99 3704 9944 9532 9130 99',
  'from 1 250 000.00 to 2 000 000 in 36 months',
  'campaign 120210000000000017',
  'Donaudampfschifffahrtsgesellschaftskapitän',
  'version 10.0.19045.3086',
])('%s stays', (text) => expect(scrubPersonal(text)).toBe(text))

const event = (t: string, p: object, lo = '/'): AnyEvent =>
  ({ i: '', n: 0, pv: '', t, at: 0, mt: 0, lo, p }) as unknown as AnyEvent

test('unlisted query parameters and personal paths are not kept', () => {
  const { lo } = scrubEvent(event('custom', { name: 'x' }, '/u/ann@example.org?page=2&q=my+words#top'), ['page'])
  expect(lo).toBe('/u/[email]?page=2')
})

test.each([
  ['page_view', { kind: 'load', title: 'Card 4111111111111111', source: {} }, { title: 'Card [card]' }],
  ['interaction', { kind: 'click', target: 'a', href: '/reset/a@b.org?token=1' }, { href: '/reset/[email]' }],
  [
    'custom',
    { name: 'n', props: { deep: [{ er: 'GB82WEST12345698765432' }] } },
    { props: { deep: [{ er: '[iban]' }] } },
  ],
  ['custom', { name: 'n', props: { slot: '+44 20 7946 0958' } }, { props: { slot: '[phone]' } }],
  ['error', { code: 'x', message: 'no user ann@example.org' }, { message: 'no user [email]' }],
])('a %s is scrubbed wherever people read it', (t, p, clean) => {
  expect(scrubEvent(event(t, p), []).p).toMatchObject(clean)
})

test('what the site has named stays, and what its server sets', () => {
  const exposure = { slot: 'home.hero', experience: 'exp_0123456789abcdef0123456789', variant: 'v', outcome: 'variant' }
  expect(scrubEvent(event('exposure', exposure), []).p).toEqual(exposure)
  const set = { mail: 'ann@example.org' }
  expect(scrubEvent(event('attributes', { set }), []).p).toEqual({ set })
})
