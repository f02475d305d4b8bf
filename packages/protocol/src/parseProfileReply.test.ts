import { expect, test } from 'vitest'
import { parseProfileReply } from './parseProfileReply.ts'

const reply = (decisions: unknown) => ({ v: 1, manifest: 'm', generation: 1, audiences: [], attributes: {}, decisions })

const parse = (value: unknown) => {
  const parsed = parseProfileReply(value)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}

test('decisions are kept as they are, with a rotation too', () => {
  const rotation = { everyMs: 5_000, contents: [{ text: 'b' }] }
  const decisions = [
    { slot: 'a', content: { text: 'a' }, rotation, reason: 'split' },
    { slot: 'b', reason: 'default' },
  ]
  expect(parse(reply(decisions)).decisions).toEqual(decisions)
})

test.each([
  ['no object', 7],
  ['no slot', { content: { text: 'a' } }],
  ['a content that is none', { slot: 'a', content: 'a' }],
  ['a rotation that is none', { slot: 'a', content: { text: 'a' }, rotation: [{ text: 'b' }] }],
])('a decision with %s is left out, and the others stay', (_name, decision) => {
  const good = { slot: 'b', reason: 'default' }
  expect(parse(reply([decision, good])).decisions).toEqual([good])
})

test('the experiences that the page may come to show are ids, or left out', () => {
  expect(parse({ ...reply([]), rest: ['a', 7, 'b'] }).rest).toEqual(['a', 'b'])
  expect(parse({ ...reply([]), rest: 'a' })).not.toHaveProperty('rest')
})

test.each([undefined, null, [], 'v', { v: 2 }])('%j is no reply', (value) => {
  expect(parseProfileReply(value).ok).toBe(false)
})
