import type { Slot } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { findPageDoubts } from './findPageDoubts.ts'

const find = (slots: Readonly<Record<string, Slot>>, ...pages: string[]) =>
  findPageDoubts(
    slots,
    pages.map((html, index) => ({ name: `page${index}.html`, html })),
  ).map(({ path, message }) => `${path.join('.')}: ${message}`)

test('a slot that no page has is told, with how to give it an element', () => {
  expect(find({ hero: {}, side: {} }, '<p data-unblink="hero">', '<p data-unblink=hero>')).toEqual([
    'slots.side: no element of the pages is this slot; give it one that [data-unblink="side"] finds, or remove the slot',
  ])
})

test('a slot of a page that is not declared is told, with the page and what was probably meant', () => {
  expect(
    find(
      { 'home.hero': {} },
      `<main data-unblink='home.hero'></main><aside data-unblink=home.hreo>`,
      '<b data-unblink="x">',
    ),
  ).toEqual([
    'slots: page0.html has the slot "home.hreo", which is not declared, so its default stays; did you mean "home.hero"?',
    'slots: page1.html has the slot "x", which is not declared, so its default stays; add "x", or take it out of the page',
  ])
})

test.each<[string, string]>([
  ['an element of our own', '<unblink-slot name="a"></unblink-slot>'],
  ['capitals', '<DIV DATA-UNBLINK="a">'],
  ['other attributes, one of them with a bracket in it', '<div hidden title="1 > 0" data-unblink="a" class=x>'],
  ['spaces', '<div\n  data-unblink = "a"\n>'],
])('found: %s', (_name, html) => {
  expect(find({ a: {} }, html)).toEqual([])
})

test.each<[string, string]>([
  ['a comment', '<!-- <p data-unblink="a"> -->'],
  ['the text of a script', `<script>const html = '<p data-unblink="a">'</script>`],
  ['another name', '<p data-unblink="ab" id="a">'],
])('not found: %s', (_name, html) => {
  expect(find({ a: {} }, html)).toContainEqual(expect.stringContaining('slots.a: no element'))
})

test.each<[string, string, boolean]>([
  ['main', '<main>', true],
  ['main', '<div>', false],
  ['#top', '<div id="top">', true],
  ['#top', '<div id="top2">', false],
  ['.b', '<div class="a b">', true],
  ['.b', '<div class="ab">', false],
  ['div.a.b#c', '<div class="b a" id=c>', true],
  ['div.a.b#c', '<p class="b a" id=c>', false],
  ['[data-slot="a"]', '<div data-slot="a">', true],
  ["[data-slot='a']", '<div data-slot="b">', false],
  ['[data-slot=a]', '<div data-slot="a">', true],
  ['[hidden]', '<div hidden>', true],
  ['[hidden]', '<div>', false],
  ['main > p:first-child', '<main><p></p></main>', true],
  ['main > p:first-child', '<main><b></b><p></p></main>', false],
  ['h1, h2', '<h2>', true],
  // An engine makes what has no tag in the page.
  ['body > main', '<title>x</title><main></main>', true],
  ['#t > tbody > tr', '<table id=t><tr><td></table>', true],
  ['body > main', '<body><p></p></body>', false],
  ['.body > main', '<p></p>', false],
])('the selector %s and %s: %s', (selector, html, isFound) => {
  expect(find({ a: { selector } }, html).length).toBe(isFound ? 0 : 1)
})

test('nothing is told of a selector that only an engine can judge', () => {
  expect(find({ a: { selector: 'p:popover-open' }, b: { selector: 'p::part(a)' } }, '<div>')).toEqual([])
})
