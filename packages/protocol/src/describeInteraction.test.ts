import { expect, test } from 'vitest'
import { describeInteraction } from './describeInteraction.ts'

const OWN = 'https://shop.example'
const link = (href: string) => {
  const { origin, pathname, protocol } = new URL(href)
  return { localName: 'a', id: 'go', href, origin, pathname, protocol }
}
const span = { localName: 'span', id: '' }
const body = { localName: 'body', id: '' }

test.each([
  ['its own path', `${OWN}/a/b?c=1#d`, '/a/b'],
  ['another origin and path', 'https://bank.example/x?y', 'https://bank.example/x'],
  ['a scheme alone', 'mailto:ann@example.org', 'mailto:'],
  ['a path without an address in it', `${OWN}/u/ann@example.org`, '/u/[removed]'],
])('a click on what is in a link names the link and %s', (_, href, told) => {
  expect(describeInteraction('click', [span, link(href), body], OWN)).toEqual({
    kind: 'click',
    target: 'a#go',
    href: told,
  })
})

test('a click on no control names what was clicked', () => {
  expect(describeInteraction('click', [span, body], OWN)).toEqual({ kind: 'click', target: 'span' })
})

test('a submit names the form, whatever it lies in and whatever its fields are called', () => {
  const form = { localName: { localName: 'input' }, id: { localName: 'input' } }
  expect(describeInteraction('submit', [form, link(OWN), body], OWN)).toEqual({ kind: 'submit', target: 'form' })
})

test('an id is scrubbed and cut', () => {
  const button = { localName: 'button', id: 'mail-ann@example.org' }
  expect(describeInteraction('click', [button], OWN)?.target).toBe('button#[removed]')
  expect(describeInteraction('click', [{ localName: 'p', id: 'x'.repeat(500) }], OWN)?.target).toHaveLength(102)
})

test('a link without an address, and one whose address is an object, have no href', () => {
  for (const href of ['', { baseVal: '/x' }])
    expect(describeInteraction('click', [{ localName: 'a', href }], OWN)).toEqual({ kind: 'click', target: 'a' })
})

test('what was dispatched at the document is nothing', () => {
  expect(describeInteraction('click', [{}], OWN)).toBeUndefined()
})
