import { decide } from '@unblink/decide'
import type { AnyEvent, JsonObject } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { makeSite } from '../../test/startTestServer.ts'
import { createProfile } from '../profile/createProfile.ts'
import { fold } from '../profile/fold.ts'
import { readAttributes } from '../profile/readAttributes.ts'
import { publish } from './publish.ts'

const NOW = Date.UTC(2026, 10, 22)

// As docs/triggers.md has it.
const site = makeSite({
  goals: { bought: { holdings: ['watch'] } },
  attributes: {
    gifts: {
      kind: 'recent',
      on: { event: 'custom', where: { name: 'purchase', 'props.gift': true } },
      of: 'props.items.item_id',
    },
  },
  experiences: [
    {
      id: 'straps',
      slot: 'home.hero',
      kind: 'personalization',
      priority: 1,
      suppress: { gifts: { $in: ['watch'] } },
      variants: [{ id: 'v', content: { text: 'A strap for it' } }],
    },
    {
      id: 'watches',
      slot: 'home.side',
      kind: 'personalization',
      suppress: { holdings: { $in: ['watch'] } },
      variants: [{ id: 'v', content: { text: 'A watch' } }],
    },
  ],
})
const { rules } = publish(site)

/** What is decided for a visitor who has done one thing. */
function decideAfter(t: string, p: JsonObject): readonly (string | undefined)[] {
  const id = '0192f3a4-0000-7000-8000-000000000001'
  const event = { i: id, n: 0, pv: id, t, at: NOW, mt: 0, lo: '/', p } as unknown as AnyEvent
  const profile = fold(createProfile('v'), event, site)
  const attributes = readAttributes(profile, site, NOW)
  return decide({ manifest: rules, attributes, visitor: 'v', now: NOW }).map(({ experience }) => experience)
}
const buy = (props: JsonObject) => decideAfter('custom', { name: 'purchase', props })

test.each([
  ['who has bought nothing gets both', decideAfter('custom', { name: 'hello' }), ['straps', 'watches']],
  ['already bought', decideAfter('conversion', { goal: 'bought' }), ['straps', undefined]],
  ['bought as a gift', buy({ gift: true, items: [{ item_id: 'ring' }, { item_id: 'watch' }] }), [undefined, 'watches']],
  ['bought, and no gift', buy({ items: [{ item_id: 'watch' }] }), ['straps', 'watches']],
  ['another gift', buy({ gift: true, items: [{ item_id: 'ring' }] }), ['straps', 'watches']],
])('%s', (_name, given, expected) => {
  expect(given).toEqual(expected)
})
