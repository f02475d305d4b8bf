import type { Experience, Manifest, ProfileReply } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { decideInPage } from './decideInPage.ts'
import { countMeeting, rollOn } from './deviceState.ts'

const NOW = Date.UTC(2026, 9, 22, 12)
const toExperience = (over: Partial<Experience>): Experience => ({
  id: 'plain',
  slot: 'hero',
  kind: 'personalization',
  variants: [{ id: 'v', content: { text: 'Plain' } }],
  ...over,
})

const EXPERIENCES = [
  toExperience({ audience: 'gold' }),
  toExperience({ id: 'leaving', priority: 1, when: { exitIntent: true } }),
  toExperience({ id: 'owned', priority: 2, suppress: { secret: 'yes' }, when: { view: 1 } }),
]

const ask = ({
  rest = ['plain', 'leaving', 'owned'],
  fired = [],
  experiences = EXPERIENCES,
  reply = {},
  state = rollOn({}, NOW),
}: {
  rest?: string[]
  fired?: string[]
  experiences?: Experience[]
  reply?: Partial<ProfileReply>
  state?: ReturnType<typeof rollOn>
}) => {
  const manifest: Manifest = {
    v: 1,
    version: '1',
    slots: { hero: {} },
    audiences: { gold: { tier: 'gold' } },
    experiences,
  }
  const [decision] = decideInPage({
    manifest,
    reply: {
      v: 1,
      manifest: '1',
      visitor: 'someone',
      generation: 1,
      audiences: [],
      attributes: {},
      decisions: [{ slot: 'hero', reason: 'default' }],
      rest,
      expiresAt: NOW + 1,
      ...reply,
    },
    slots: ['hero'],
    consent: { personalization: 'granted', analytics: 'granted' },
    state,
    fired: new Set(fired),
  })
  return decision
}

test('an experience that waits for a trigger takes no part before that has fired', () => {
  expect(ask({})).toMatchObject({ experience: 'plain' })
  expect(ask({ fired: ['leaving'] })).toMatchObject({ experience: 'leaving' })
})

test('the server’s word on whom it admits counts, not what the page knows', () => {
  expect(ask({ rest: [] })).toEqual({ slot: 'hero', reason: 'default' })
  expect(ask({ fired: ['owned', 'leaving'], rest: ['leaving'] })).toMatchObject({ experience: 'leaving' })
  expect(ask({ fired: ['owned'], reply: { attributes: { secret: 'yes' } } })).toMatchObject({ experience: 'owned' })
})

test('where the server has not decided, audience and suppression are the page’s to look at', () => {
  const reply = { decisions: [] }
  expect(ask({ reply, rest: [] })).toMatchObject({ reason: 'default' })
  expect(ask({ reply: { ...reply, attributes: { tier: 'gold' } } })).toMatchObject({ experience: 'plain' })
  const owned = { ...reply, attributes: { secret: 'yes' } }
  expect(ask({ reply: owned, fired: ['owned'] })).toMatchObject({ reason: 'default' })
})

test('an audience that only the server can work out is known by the reply', () => {
  const experiences = [toExperience({ audience: undefined as never })].map(({ audience: _, ...rest }) => rest)
  const audiences = { decisions: [], audiences: ['vip'] }
  const suppress = { audiences: { $in: ['vip'] } }
  expect(ask({ experiences, reply: audiences })).toMatchObject({ experience: 'plain' })
  expect(ask({ experiences: [{ ...experiences[0]!, suppress }], reply: audiences })).toMatchObject({
    reason: 'default',
  })
})

test('caps and assignments of the device count', () => {
  const experiences = [
    toExperience({ id: 'capped', priority: 1, cap: { per: 'ever', impressions: 1 } }),
    toExperience({ kind: 'experiment', variants: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }),
  ]
  const rest = ['capped', 'plain']
  const state = rollOn({}, NOW)
  expect(ask({ experiences, rest, state })).toMatchObject({ experience: 'capped' })
  const met = countMeeting(state, 'capped', 'impressions')
  for (const variant of ['a', 'b', 'c'])
    expect(ask({ experiences, rest, state: { ...met, assignments: { plain: variant } } })).toMatchObject({ variant })
})

test('templates are filled with what the site exposes; one that cannot be filled leaves the baseline', () => {
  const variants = (text: string) => [toExperience({ variants: [{ id: 'v', content: { text } }] })]
  const reply = { attributes: { name: 'Ada' } }
  expect(ask({ experiences: variants('Hello {{name}}'), reply })).toMatchObject({ content: { text: 'Hello Ada' } })
  expect(ask({ experiences: variants('Hello {{#name}}'), reply })).toEqual({ slot: 'hero', reason: 'error' })
})

test('what rotates begins with what interests this visitor most, also where the page decides', () => {
  const turning = toExperience({
    id: 'leaving',
    when: { exitIntent: true },
    variants: [
      {
        id: 'v',
        content: { text: 'Loans' },
        rotation: { everyMs: 5_000, contents: [{ text: 'Cards' }, { text: 'Savings' }] },
      },
    ],
    rankBy: { v: ['intent.loans', 'intent.cards', 'intent.savings'] },
  })
  const attributes = { intent: { loans: 1, cards: 5, savings: 3 } }
  expect(ask({ experiences: [turning], fired: ['leaving'], reply: { attributes } })).toMatchObject({
    content: { text: 'Cards' },
    rotation: { contents: [{ text: 'Savings' }, { text: 'Loans' }] },
  })
})
