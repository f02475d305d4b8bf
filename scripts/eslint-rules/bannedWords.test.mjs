import { Linter } from 'eslint'
import { expect, test } from 'vitest'
import { bannedWords } from './bannedWords.mjs'

const lint = (code, filename = 'ok.js') =>
  new Linter()
    .verify(code, [{ plugins: { our: { rules: { words: bannedWords } } }, rules: { 'our/words': 'error' } }], {
      filename,
    })
    .map(({ message }) => message)

test('a name with a banned word is reported with our word', () => {
  expect(lint('const userSegments = 1')).toEqual(['"userSegments" says "segment"; our word is "audience".'])
  expect(lint('const x = { mbox: 1 }')).toEqual(['"mbox" says "mbox"; our word is "slot".'])
  expect(lint('export const a = 1', 'preHideSlot.js')).toEqual(['"preHideSlot" says "prehide"; our word is "hide".'])
  expect(lint('export const a = 1', 'getTrait.js')).toEqual(['"getTrait" says "trait"; our word is "attribute".'])
})

test("somebody else's members, strings, and words that only contain one are left alone", () => {
  expect(lint('const parts = segmenter.segment(text)')).toEqual([])
  expect(lint("const portrait = 'segment'")).toEqual([])
  expect(lint('const replacement = 1')).toEqual([])
})
