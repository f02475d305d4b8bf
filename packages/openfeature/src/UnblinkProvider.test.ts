import { SlotState, type Decision } from '@unblink/protocol'
import { expect, test, vi } from 'vitest'
import { applied, HERO, OFFER, page, settle, slot } from '../test/page.ts'

/**
 * What the specification asks of a provider (https://openfeature.dev/specification/sections/providers and its sections on
 * evaluation and tracking), by number, through the real SDK. The page is a plain `Boot` whose slots the tests move; e2e/specs/openfeature.spec.ts
 * has the same with the real snippet, runtime and server.
 */

test('2.1.1 it names itself', async () => {
  const { client } = await page.use({})
  expect(client.metadata.providerMetadata.name).toBe('unblink')
})

test('2.2.1, 2.2.2.1, 2.2.3 each type of flag resolves to what the slot shows', async () => {
  const { client } = await page.use({ hero: applied(HERO), offer: applied(OFFER) })
  expect(client.getStringValue('hero', 'none')).toBe('green')
  expect(client.getBooleanValue('hero', false)).toBe(true)
  expect(client.getObjectValue('hero', {})).toEqual({ html: '<b>Hello</b>' })
  expect(client.getObjectValue('offer', {})).toEqual({ rate: 1.5 })
})

test('2.2.3 a component without props is an empty object, not the default', async () => {
  const { client } = await page.use({ offer: applied({ ...OFFER, content: { component: 'Offer' } }) })
  expect(client.getObjectValue('offer', { rate: 9 })).toEqual({})
})

test('2.2.4, 2.2.5, 2.2.9, 2.2.10 the details say variant, reason and experience', async () => {
  const { client } = await page.use({ hero: applied(HERO) })
  expect(client.getStringDetails('hero', 'none')).toEqual({
    flagKey: 'hero',
    value: 'green',
    variant: 'green',
    reason: 'TARGETING_MATCH',
    flagMetadata: { experience: 'welcome', reason: 'targeting_match' },
  })
})

test.each([
  ['targeting_match', 'TARGETING_MATCH'],
  ['split', 'SPLIT'],
  ['default', 'DEFAULT'],
  ['disabled', 'DISABLED'],
  ['stale', 'STALE'],
  ['cached', 'CACHED'],
  ['holdout', 'SPLIT'],
  ['consent', 'DEFAULT'],
  ['timeout', 'DEFAULT'],
  ['override', 'STATIC'],
] as const)('2.2.5 our reason %s is the standard reason %s, and stays readable', async (reason, standard) => {
  const { client } = await page.use({ hero: slot({ state: SlotState.baseline, decision: { slot: 'hero', reason } }) })
  expect(client.getBooleanDetails('hero', true)).toMatchObject({
    value: false,
    reason: standard,
    flagMetadata: { reason },
  })
})

test('2.2.5 a reason of a newer server is passed on', async () => {
  const decision = { slot: 'hero', reason: 'quota' } as unknown as Decision
  const { client } = await page.use({ hero: slot({ state: SlotState.baseline, decision }) })
  expect(client.getBooleanDetails('hero', true).reason).toBe('QUOTA')
})

test('2.2.6, 2.3.2 in normal execution there is neither error code nor error message', async () => {
  const { client } = await page.use({
    hero: applied(HERO),
    promo: slot({ state: SlotState.baseline, decision: { slot: 'promo', reason: 'default' } }),
  })
  for (const name of ['hero', 'promo']) {
    const details = client.getBooleanDetails(name, false)
    expect(details.errorCode).toBeUndefined()
    expect(details.errorMessage).toBeUndefined()
  }
})

test.each([
  ['FLAG_NOT_FOUND: no such slot', 'typo', 'FLAG_NOT_FOUND', 'hero, promo'],
  ['FLAG_NOT_FOUND: a name of every object', 'constructor', 'FLAG_NOT_FOUND', 'No slot "constructor"'],
  ['GENERAL: the variant could not be carried out', 'promo', 'GENERAL', 'shows its default'],
])('2.2.7, 2.3.3 %s, the default and what to do', async (_name, key, errorCode, message) => {
  const promo = slot({ state: SlotState.baseline, cause: 'error', decision: { ...HERO, slot: 'promo' } })
  const { client } = await page.use({ hero: applied(HERO), promo })
  expect(client.getStringDetails(key, 'mine')).toMatchObject({
    value: 'mine',
    reason: 'ERROR',
    errorCode,
    errorMessage: expect.stringContaining(message) as string,
  })
})

test('2.2.7 a slot has no number', async () => {
  const { client } = await page.use({ hero: applied(HERO) })
  expect(client.getNumberDetails('hero', 7)).toMatchObject({ value: 7, reason: 'ERROR', errorCode: 'TYPE_MISMATCH' })
  expect(client.getNumberDetails('typo', 7).errorCode).toBe('FLAG_NOT_FOUND')
})

test('2.2.7 a request that came to nothing is an error, one that is only late is not', async () => {
  page.boot.reply = null
  const { client } = await page.use({ hero: slot({ state: SlotState.baseline, cause: 'timeout' }) })
  expect(client.getStringDetails('hero', 'mine')).toMatchObject({ value: 'mine', errorCode: 'GENERAL' })
  page.boot.reply = undefined
  expect(client.getStringDetails('hero', 'mine')).toMatchObject({ value: 'mine', reason: 'DEFAULT' })
})

test('a control names its variant and shows no variant', async () => {
  const decision: Decision = { slot: 'hero', experience: 'offer', variant: 'control', reason: 'split' }
  const { client } = await page.use({ hero: slot({ state: SlotState.baseline, decision }) })
  expect(client.getStringDetails('hero', 'mine')).toMatchObject({
    value: 'control',
    variant: 'control',
    reason: 'SPLIT',
  })
  expect(client.getBooleanValue('hero', true)).toBe(false)
  expect(client.getObjectValue('hero', { a: 1 })).toEqual({ a: 1 })
})

test('a variant that came too late, or that the visitor has dismissed, is not said to be shown', async () => {
  const { client } = await page.use({ hero: slot({ state: SlotState.baseline, cause: 'timeout', decision: HERO }) })
  expect(client.getStringDetails('hero', 'mine')).toMatchObject({ value: 'mine', flagMetadata: { reason: 'timeout' } })
  expect(client.getStringDetails('hero', 'mine').variant).toBeUndefined()
  page.change({ hero: slot({ state: SlotState.late, cause: 'timeout', decision: HERO }) })
  expect(client.getStringValue('hero', 'mine')).toBe('green')
  page.change({ hero: slot({ state: SlotState.late, cause: 'timeout', decision: HERO, dismissed: true }) })
  expect(client.getStringValue('hero', 'mine')).toBe('mine')
  expect(client.getBooleanValue('hero', true)).toBe(false)
})

test('a slot without an element in the page is a flag all the same, before and after its deadline', async () => {
  const { client } = await page.use({ hero: slot({ state: SlotState.declared, element: undefined, decision: HERO }) })
  expect(client.getStringValue('hero', 'mine')).toBe('green')
  page.change({ hero: slot({ state: SlotState.baseline, cause: 'timeout', element: undefined, decision: HERO }) })
  expect(client.getStringValue('hero', 'mine')).toBe('green')
})

test('2.3.1 hooks of the application run, with what the provider said', async () => {
  const after = vi.fn()
  const { client } = await page.use({ hero: applied(HERO) })
  client.addHooks({ after })
  client.getStringValue('hero', 'none')
  expect(after.mock.calls[0]?.[1]).toMatchObject({ value: 'green', variant: 'green' })
})

test('2.7.1, 6.1 a tracking event is a conversion with its value and currency', async () => {
  const { client } = await page.use({})
  client.track('application', { value: 250, currency: 'EUR', plan: 'gold' })
  client.track('visit')
  await settle()
  expect(page.commands).toEqual([
    ['conversion', { goal: 'application', value: 250, currency: 'EUR' }],
    ['conversion', { goal: 'visit' }],
  ])
})

test('2.7.1, 6.2.2 what is no goal is an event with its details', async () => {
  const { client } = await page.use({}, { goals: ['application'] })
  client.track('application', { value: 1 })
  client.track('opened', { at: new Date(0), step: 2 })
  client.track('closed')
  await settle()
  expect(page.commands).toEqual([
    ['conversion', { goal: 'application', value: 1 }],
    ['event', 'opened', { at: '1970-01-01T00:00:00.000Z', step: 2 }],
    ['event', 'closed', undefined],
  ])
})
