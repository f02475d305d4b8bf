import type { Decision, Manifest } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { describeSlot, type SlotFacts } from './describeSlot.ts'
import { ENGLISH } from './messages.ts'

const variants = [{ id: 'v', content: { text: 'V' } }]
const manifest: Manifest = {
  v: 1,
  version: 'm',
  slots: { hero: {} },
  audiences: { readers: { 'views.count': 3 } },
  experiences: [
    { id: 'all', slot: 'hero', kind: 'personalization', variants },
    { id: 'some', slot: 'hero', kind: 'personalization', audience: 'readers', variants },
    { id: 'not-some', slot: 'hero', kind: 'personalization', suppress: 'readers', variants },
    { id: 'test', slot: 'hero', kind: 'experiment', variants: [...variants, { id: 'control' }] },
  ],
}
const messages = { ...ENGLISH, experiences: { some: 'Because you read.', 'not-some': '' } }
const decide = (over: Partial<Decision>): Decision => ({
  slot: 'hero',
  reason: 'targeting_match',
  variant: 'v',
  ...over,
})

test.each<[string, SlotFacts, string]>([
  ['nothing was decided', { decision: undefined }, ENGLISH.everyone],
  ['nothing matched', { decision: { slot: 'hero', reason: 'default' } }, ENGLISH.everyone],
  ['it timed out', { decision: { slot: 'hero', reason: 'timeout' } }, ENGLISH.everyone],
  ['there is no consent', { decision: { slot: 'hero', reason: 'consent' } }, ENGLISH.everyone],
  ['they are held out', { decision: { slot: 'hero', reason: 'holdout' } }, ENGLISH.holdout],
  ['it is a preview', { decision: { slot: 'hero', reason: 'override' } }, ENGLISH.preview],
  ['everyone gets it', { decision: decide({ experience: 'all' }) }, ENGLISH.everyone],
  ['some get it', { decision: decide({ experience: 'some' }) }, ENGLISH.targeted],
  ['all but some get it', { decision: decide({ experience: 'not-some' }) }, ENGLISH.targeted],
  ['it is remembered', { decision: decide({ experience: 'some', reason: 'cached' }), by: 'memory' }, ENGLISH.targeted],
  ['a trigger has fired', { decision: decide({ experience: 'all' }), by: 'late' }, ENGLISH.late],
  ['it is an experiment', { decision: decide({ experience: 'test', reason: 'split' }) }, ENGLISH.split],
  [
    'it is the control of a remembered one',
    { decision: decide({ experience: 'test', reason: 'cached' }) },
    ENGLISH.split,
  ],
  ['the rules have no such experience', { decision: decide({ experience: 'gone' }) }, ENGLISH.targeted],
  ['it is called like a member of every object', { decision: decide({ experience: 'constructor' }) }, ENGLISH.targeted],
])('when %s, the reason is in plain words', (_name, facts, text) =>
  expect(describeSlot({ manifest, ...facts }, ENGLISH)).toBe(text),
)

test('the site’s own words for an experience come first, also where they say nothing', () => {
  expect(describeSlot({ decision: decide({ experience: 'some' }), manifest }, messages)).toBe('Because you read.')
  expect(describeSlot({ decision: decide({ experience: 'not-some' }), manifest }, messages)).toBe('')
})

test('without the rules, what was decided for somebody is not called everybody’s', () => {
  expect(describeSlot({ decision: decide({ experience: 'all' }) }, ENGLISH)).toBe(ENGLISH.targeted)
})
