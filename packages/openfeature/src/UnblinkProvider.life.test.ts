import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/web-sdk'
import type { EventDetails, Provider } from '@openfeature/web-sdk'
import { SlotState } from '@unblink/protocol'
import { expect, test, vi } from 'vitest'
import { applied, HERO, OFFER, page, settle, slot, type PageBoot } from '../test/page.ts'
import { UnblinkProvider } from './UnblinkProvider.ts'

/**
 * What the specification asks of a provider (https://openfeature.dev/specification/sections/providers and its sections on
 * status, life and events), by number, through the real SDK. The page is a plain `Boot` whose slots the tests move;
 * e2e/specs/openfeature.spec.ts has the same with the real snippet, runtime and server.
 */

test('2.4.1, 5.3.1, 1.7.3 it is ready when every slot is decided or shown, and not before', async () => {
  const onReady = vi.fn()
  page.boot.slots = { hero: slot(), promo: slot() }
  const client = OpenFeature.getClient('waiting')
  client.addHandler(ProviderEvents.Ready, onReady)
  onReady.mockClear() // The provider before this one was ready.
  const ready = OpenFeature.setProviderAndWait('waiting', new UnblinkProvider())
  page.change({ hero: slot({ decision: HERO }) })
  await settle()
  expect(client.providerStatus).toBe(ProviderStatus.NOT_READY)
  expect(client.getStringDetails('hero', 'mine')).toMatchObject({ value: 'mine', errorCode: 'PROVIDER_NOT_READY' })
  expect(onReady).not.toHaveBeenCalled()
  page.change({ promo: slot({ state: SlotState.baseline, cause: 'timeout' }) })
  await ready
  expect(client.providerStatus).toBe(ProviderStatus.READY)
  expect(onReady).toHaveBeenCalledTimes(1)
  expect(client.getStringValue('hero', 'mine')).toBe('green')
})

test('2.4.2.1, 5.3.2, 5.1.4, 1.7.4 without a snippet it is in error, says why, and evaluates to defaults', async () => {
  vi.stubGlobal('window', {})
  vi.stubGlobal('document', { readyState: 'complete' })
  const onError = vi.fn()
  const client = OpenFeature.getClient('bare')
  client.addHandler(ProviderEvents.Error, onError)
  await expect(OpenFeature.setProviderAndWait('bare', new UnblinkProvider())).rejects.toThrow('no snippet')
  expect(client.providerStatus).toBe(ProviderStatus.ERROR)
  expect((onError.mock.calls.at(-1)?.[0] as EventDetails).message).toContain('renderSnippet()')
  expect(client.getStringDetails('hero', 'mine')).toMatchObject({ value: 'mine', errorCode: 'PROVIDER_NOT_READY' })
})

test('2.4.2.1 on a server it says that there is no page', async () => {
  vi.unstubAllGlobals()
  await expect(new UnblinkProvider().initialize()).rejects.toThrow('There is no page here')
})

test('a snippet that comes with a file is waited for', async () => {
  const global: { unblink?: PageBoot } = {}
  const onLoad: (() => void)[] = []
  vi.stubGlobal('window', global)
  vi.stubGlobal('document', { readyState: 'interactive' })
  vi.stubGlobal('addEventListener', (_type: string, listener: () => void) => onLoad.push(listener))
  page.boot.slots = { hero: applied(HERO) }
  const ready = OpenFeature.setProviderAndWait('late snippet', new UnblinkProvider())
  global.unblink = page.boot
  onLoad.forEach((listener) => listener())
  await ready
  expect(OpenFeature.getClient('late snippet').getBooleanValue('hero', false)).toBe(true)
})

test('2.5.1, 2.5.2 once shut down it is not ready, hears nothing, and can be started again', async () => {
  const { provider } = await page.use({ hero: applied(HERO) })
  const emit = vi.spyOn(provider.events, 'emit')
  await provider.onClose()
  expect(provider.resolveStringEvaluation('hero', 'mine')).toMatchObject({
    value: 'mine',
    errorCode: 'PROVIDER_NOT_READY',
  })
  page.change({ hero: applied({ ...HERO, variant: 'blue' }) })
  await settle()
  expect(emit).not.toHaveBeenCalled()
  await provider.onClose()
  await provider.initialize()
  expect(provider.resolveStringEvaluation('hero', 'mine').value).toBe('blue')
})

test('2.5.1 a change on its way when it is shut down starts nothing', async () => {
  const { provider } = await page.use({ hero: applied(HERO) })
  page.change({ hero: applied({ ...HERO, variant: 'blue' }) })
  await provider.onClose()
  await settle()
  expect(provider.resolveStringEvaluation('hero', 'mine').errorCode).toBe('PROVIDER_NOT_READY')
})

test('2.6.1, 5.3.4.2 another visitor voids what is remembered; the flags stay', async () => {
  const { domain, client } = await page.use({ hero: applied(HERO) })
  const onChanged = vi.fn()
  client.addHandler(ProviderEvents.ContextChanged, onChanged)
  await OpenFeature.setContext(domain, { targetingKey: 'a' })
  expect(page.commands).toEqual([])
  await OpenFeature.setContext(domain, { targetingKey: 'a', plan: 'gold' })
  expect(page.commands).toEqual([])
  await OpenFeature.setContext(domain, { targetingKey: 'b' })
  expect(page.commands).toEqual([['forget']])
  expect(onChanged).toHaveBeenCalledTimes(3)
  expect(client.getStringValue('hero', 'mine')).toBe('green')
})

test('5.1.1, 5.1.2, 1.7.x a route change makes it stale; then it is ready, and names the flags that changed', async () => {
  const { client } = await page.use({ hero: applied(HERO), promo: applied({ ...OFFER, slot: 'promo' }) })
  const told: string[] = []
  for (const event of [ProviderEvents.Stale, ProviderEvents.Ready] as const)
    client.addHandler(event, () => void told.push(event))
  client.addHandler(
    ProviderEvents.ConfigurationChanged,
    (details) => void told.push(`changed ${details?.flagsChanged?.join()}`),
  )
  told.length = 0
  page.change({ hero: slot(), promo: slot() }, true)
  await settle()
  expect(client.providerStatus).toBe(ProviderStatus.STALE)
  expect(client.getStringDetails('hero', 'mine')).toMatchObject({ value: 'mine', errorCode: 'PROVIDER_NOT_READY' })
  page.change({
    hero: applied({ ...HERO, variant: 'blue' }),
    promo: slot({ decision: { ...OFFER, slot: 'promo' } }),
  })
  await settle()
  expect(client.providerStatus).toBe(ProviderStatus.READY)
  expect(told).toEqual([ProviderEvents.Stale, ProviderEvents.Ready, 'changed hero'])
  expect(client.getStringValue('hero', 'mine')).toBe('blue')
})

test('5.1.2 several changes at once are one event, and none where nothing came of them', async () => {
  const { client } = await page.use({
    hero: slot({ decision: HERO }),
    promo: slot({ decision: { ...OFFER, slot: 'promo' } }),
  })
  const onChanged = vi.fn()
  client.addHandler(ProviderEvents.ConfigurationChanged, onChanged)
  page.change({ hero: applied(HERO) })
  await settle()
  expect(onChanged).not.toHaveBeenCalled()
  page.change({ hero: slot({ state: SlotState.baseline, cause: 'error', decision: HERO }) })
  page.change({ promo: slot({ state: SlotState.applied, dismissed: true, decision: { ...OFFER, slot: 'promo' } }) })
  await settle()
  expect(onChanged).toHaveBeenCalledTimes(1)
  expect((onChanged.mock.calls[0]?.[0] as { flagsChanged: string[] }).flagsChanged).toEqual(['hero', 'promo'])
})

test('5.1.3 clients of other providers hear nothing', async () => {
  const onChanged = vi.fn()
  OpenFeature.getClient('elsewhere').addHandler(ProviderEvents.ConfigurationChanged, onChanged)
  await OpenFeature.setProviderAndWait('elsewhere', {
    metadata: { name: 'another' },
    resolveBooleanEvaluation: (_key, value) => ({ value }),
    resolveStringEvaluation: (_key, value) => ({ value }),
    resolveNumberEvaluation: (_key, value) => ({ value }),
    resolveObjectEvaluation: (_key, value) => ({ value }),
  } satisfies Provider)
  await page.use({ hero: applied(HERO) })
  page.change({ hero: applied({ ...HERO, variant: 'blue' }) })
  await settle()
  expect(onChanged).not.toHaveBeenCalled()
})

test('5.2.5 a handler that throws harms neither the page nor the others', async () => {
  const { client } = await page.use({ hero: applied(HERO) })
  const onChanged = vi.fn()
  client.addHandler(ProviderEvents.ConfigurationChanged, () => {
    throw new Error('from the application')
  })
  client.addHandler(ProviderEvents.ConfigurationChanged, onChanged)
  page.change({ hero: applied({ ...HERO, variant: 'blue' }) })
  await settle()
  expect(onChanged).toHaveBeenCalledTimes(1)
})
