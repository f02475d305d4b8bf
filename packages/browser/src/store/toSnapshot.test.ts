import { SlotState, type Decision } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { DEFAULT, PENDING, toSnapshot } from './toSnapshot.ts'

const reason = 'split'
const offer: Decision = { slot: 'a', reason, variant: 'b', content: { component: 'Offer', props: { rate: 3 } } }
const markup: Decision = { slot: 'a', reason, content: { html: '<p>Hello</p>' } }
const control: Decision = { slot: 'a', reason, experience: 'x', variant: 'control' }

test.each(['declared', 'hidden'] as const)('a slot that is %s and undecided is pending', (state) => {
  expect(toSnapshot({ state: SlotState[state] })).toBe(PENDING)
})

test('a slot that was shown without a decision has its default', () => {
  expect(toSnapshot({ state: SlotState.baseline })).toBe(DEFAULT)
})

test.each(['declared', 'hidden', 'applied'] as const)('a component is rendered while the slot is %s', (state) => {
  const { content, variant } = offer
  const snapshot = { isPending: false, decision: offer, reason, content, variant }
  expect(toSnapshot({ state: SlotState[state], decision: offer })).toEqual(snapshot)
})

test.each(['baseline', 'late'] as const)(
  'a component that comes when the slot is %s is told, not rendered',
  (state) => {
    expect(toSnapshot({ state: SlotState[state], decision: offer })).toEqual({
      isPending: false,
      decision: offer,
      reason,
    })
  },
)

test('a component that was dismissed is not rendered any more', () => {
  const snapshot = toSnapshot({ state: SlotState.applied, decision: offer, dismissed: true })
  expect(snapshot).toEqual({ isPending: false, decision: offer, reason })
})

test.each([
  ['markup', markup],
  ['a control', control],
])('%s is nothing for a framework to render', (_name, decision) => {
  expect(toSnapshot({ state: SlotState.hidden, decision })).toEqual({ isPending: false, decision, reason })
})
