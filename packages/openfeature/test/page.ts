import { OpenFeature, type Client } from '@openfeature/web-sdk'
import { SlotState, type Boot, type BootSlotRecord, type Decision } from '@unblink/protocol'
import { afterEach, beforeEach, vi } from 'vitest'
import { UnblinkProvider, type UnblinkProviderOptions } from '../src/UnblinkProvider.ts'

export type Slot = BootSlotRecord<Element, ChildNode>
export type PageBoot = Boot<Element, ChildNode>

const element = {} as Element
export const slot = (over: Partial<Slot> = {}): Slot => ({ state: SlotState.hidden, element, ...over })

export const HERO: Decision = {
  slot: 'hero',
  experience: 'welcome',
  variant: 'green',
  content: { html: '<b>Hello</b>' },
  reason: 'targeting_match',
}
export const OFFER: Decision = {
  slot: 'offer',
  experience: 'rates',
  variant: 'low',
  content: { component: 'Offer', props: { rate: 1.5 } },
  reason: 'split',
}
export const applied = (decision: Decision) => slot({ state: SlotState.applied, decision })

export const settle = () => new Promise((resolve) => setTimeout(resolve))

let domains = 0

/** A page whose slots a test moves, anew for each test: a plain `Boot`, with what the runtime would have been told. */
export const page = {
  boot: {} as { -readonly [K in keyof PageBoot]: PageBoot[K] },
  commands: [] as unknown[][],
  /** Changes some slots, or opens a view with these alone, and tells all who listen, as the snippet does. */
  change(slots: Readonly<Record<string, Slot>>, isNewView = false) {
    page.boot.slots = isNewView ? slots : { ...page.boot.slots, ...slots }
    page.boot.onChange()
  },
  /** Sets a provider on this page, in a domain of its own, and waits until it is ready. */
  async use(
    slots: Readonly<Record<string, Slot>>,
    options?: UnblinkProviderOptions,
  ): Promise<{ domain: string; client: Client; provider: UnblinkProvider }> {
    page.boot.slots = slots
    const provider = new UnblinkProvider(options)
    const domain = `page ${++domains}`
    const client = OpenFeature.getClient(domain)
    await OpenFeature.setProviderAndWait(domain, provider)
    return { domain, client, provider }
  },
}

beforeEach(() => {
  page.commands = []
  page.boot = {
    v: 1,
    key: 'pk_test',
    base: '/u',
    consent: 'granted',
    source: '{}',
    slots: {},
    queue: [],
    push: (...command) => void page.commands.push(command),
    answer: () => {},
    decide: () => {},
    open: () => {},
    onChange: () => {},
    place: () => {},
  }
  vi.stubGlobal('window', { unblink: page.boot })
  vi.stubGlobal('location', { pathname: '/', search: '' })
  OpenFeature.setLogger({ error() {}, warn() {}, info() {}, debug() {} })
})

afterEach(async () => {
  await OpenFeature.clearProviders()
  await OpenFeature.clearContexts()
  OpenFeature.clearHooks()
  vi.unstubAllGlobals()
})
