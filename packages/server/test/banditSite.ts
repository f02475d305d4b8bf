import type { AnyEvent } from '@unblink/protocol'
import type { SiteInput } from '../src/site/siteInput.ts'
import { makeEvent, siteInput } from './startTestServer.ts'

/** A site whose bandit chooses for `home.hero` between the default and the rates, by who applies, and which has attributes of several kinds. */
export const banditInput: SiteInput = {
  ...siteInput,
  attributes: {
    clicks: { kind: 'count', on: { event: 'interaction' } },
    spent: { kind: 'sum', on: { event: 'conversion' }, of: 'value', range: [0, 100] },
    involved: { kind: 'engagement' },
    trouble: { kind: 'quality' },
  },
  experiences: [
    {
      id: 'offer',
      slot: 'home.hero',
      kind: 'personalization',
      choose: { bandit: { goal: 'apply' } },
      variants: [{ id: 'plain' }, { id: 'rates', content: { text: 'Rates' } }],
    },
  ],
}

/** The id of the n-th of some visitors. */
export const toVisitor = (n: number): string => `11111111-2222-4333-8444-${String(n).padStart(12, '0')}`

/** What the n-th visitor of `banditInput` was shown by an even chance: the rates where `n` is odd. */
export const makeBanditExposure = (n: number, at: number): AnyEvent =>
  makeEvent({
    t: 'exposure',
    at,
    p: {
      slot: 'home.hero',
      experience: 'offer',
      variant: n % 2 ? 'rates' : 'plain',
      chance: [0.5, ''],
      outcome: n % 2 ? 'variant' : 'control',
      reason: 'targeting_match',
      hiddenMs: 0,
    },
  })
