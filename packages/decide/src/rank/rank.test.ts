import type { Decision, Manifest } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { decide } from '../decide.ts'
import { rank } from './index.ts'

const manifest: Manifest = {
  v: 1,
  version: '1',
  slots: { hero: {} },
  audiences: {},
  experiences: [
    {
      id: 'intents',
      slot: 'hero',
      kind: 'personalization',
      variants: [
        {
          id: 'all',
          content: { text: 'mortgage' },
          rotation: { everyMs: 5_000, contents: [{ text: 'card' }, { text: 'savings' }] },
        },
      ],
      rankBy: { all: ['intent.mortgage', 'intent.card', 'intent.savings'] },
    },
  ],
}

const rankBy = (attributes: Parameters<typeof decide>[0]['attributes'], given = manifest) => {
  const decisions = decide({ manifest: given, attributes })
  const [decision] = rank({ decisions, manifest: given, attributes })
  return [decision?.content, ...(decision?.rotation?.contents ?? [])].map((content) => content?.text)
}

test('the highest score comes first', () => {
  expect(rankBy({ intent: { mortgage: 20, card: 80, savings: 50 } })).toEqual(['card', 'savings', 'mortgage'])
})

test('a score that is missing, or no number, counts 0, and equal ones keep their order', () => {
  expect(rankBy({})).toEqual(['mortgage', 'card', 'savings'])
  expect(rankBy({ intent: { savings: 1 } })).toEqual(['savings', 'mortgage', 'card'])
  expect(rankBy({ intent: { mortgage: '99', card: 1, savings: -1 } })).toEqual(['card', 'mortgage', 'savings'])
})

test('contents without a path come as if their score were 0', () => {
  const experiences = [{ ...manifest.experiences[0]!, rankBy: { all: ['intent.mortgage'] } }]
  expect(rankBy({ intent: { mortgage: -5 } }, { ...manifest, experiences })).toEqual(['card', 'savings', 'mortgage'])
})

test('what has no order stays as it is', () => {
  const attributes = { intent: { card: 9 } }
  const [experience] = manifest.experiences
  const [variant] = experience!.variants
  const change = (rest: object) => ({ ...manifest, experiences: [{ ...experience!, ...rest }] })
  const order = ['mortgage', 'card', 'savings']
  expect(rankBy(attributes, change({ rankBy: undefined }))).toEqual(order)
  expect(rankBy(attributes, change({ rankBy: { other: ['intent.savings'] } }))).toEqual(order)
  expect(rankBy(attributes, change({ variants: [{ ...variant, id: 'toString' }] }))).toEqual(order)
  expect(rankBy(attributes, change({ variants: [{ ...variant, rotation: undefined }] }))).toEqual(['mortgage'])
  const baseline: Decision[] = [{ slot: 'hero', reason: 'default' }]
  expect(rank({ decisions: baseline, manifest, attributes })).toEqual(baseline)
})

test('neither decision nor manifest is changed', () => {
  const before = JSON.stringify(manifest)
  const decisions = decide({ manifest, attributes: {} })
  const text = JSON.stringify(decisions)
  rank({ decisions, manifest, attributes: { intent: { savings: 5 } } })
  expect([JSON.stringify(manifest), JSON.stringify(decisions)]).toEqual([before, text])
})
