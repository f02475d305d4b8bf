import type { SlotContent } from './contentSite.ts'

const LIST = '<h2 id="h">Old</h2><ul><li id="a">A</li><li id="b">B</li><li id="c"><i class="star">C</i></li></ul>'
const PICTURE = '<picture><source srcset="/old.svg?s"><img src="/old.svg" alt="Old"></picture>'

/** What an action makes of a slot. Slots are x0, x1 and so on, in this order. */
export const ACTIONS: readonly (SlotContent & { readonly name: string; readonly expected: string })[] = [
  {
    name: 'text is no markup',
    content: { text: '<b>x</b>', class: 'k' },
    expected: '<div data-unblink="@" class="k">&lt;b&gt;x&lt;/b&gt;</div>',
  },
  {
    name: 'attributes and classes are added',
    content: { attributes: { title: 'T', 'data-x': '1' }, class: 'k  own' },
    attributes: 'class="own"',
    expected: '<div data-unblink="@" class="own k" title="T" data-x="1"><p>base</p></div>',
  },
  {
    name: 'a style is set on the slot',
    content: { style: { color: 'red', '--gap': '2rem' } },
    expected: '<div data-unblink="@" style="color: red; --gap: 2rem;"><p>base</p></div>',
  },
  {
    name: 'a target inside the slot',
    content: { target: 'h2', html: '<b>New</b>' },
    baseline: LIST,
    expected: `<div data-unblink="@">${LIST.replace('Old', '<b>New</b>')}</div>`,
  },
  {
    name: 'before',
    content: { target: '#b', place: 'before', html: '<li>x</li><li>y</li>' },
    baseline: LIST,
    expected: `<div data-unblink="@">${LIST.replace('<li id="b">', '<li>x</li><li>y</li><li id="b">')}</div>`,
  },
  {
    name: 'after',
    content: { target: '#h', place: 'after', template: 'tpl' },
    baseline: LIST,
    expected: `<div data-unblink="@">${LIST.replace('<ul>', '<em>T</em><ul>')}</div>`,
  },
  {
    name: 'prepend',
    content: { place: 'prepend', text: 'First ' },
    expected: '<div data-unblink="@">First <p>base</p></div>',
  },
  {
    name: 'append',
    content: { target: 'ul', place: 'append', html: '<li>D</li>' },
    baseline: LIST,
    expected: `<div data-unblink="@">${LIST.replace('</ul>', '<li>D</li></ul>')}</div>`,
  },
  {
    name: 'remove',
    content: { target: '#b', remove: true },
    baseline: LIST,
    expected: `<div data-unblink="@">${LIST.replace('<li id="b">B</li>', '')}</div>`,
  },
  {
    name: 'order: a child, an element in a child, and one that is not there',
    content: { target: 'ul', order: ['.star', '.gone', '#b'] },
    baseline: LIST,
    expected:
      '<div data-unblink="@"><h2 id="h">Old</h2><ul><li id="c"><i class="star">C</i></li><li id="b">B</li><li id="a">A</li></ul></div>',
  },
  {
    name: 'several, the later ones on what the earlier have brought',
    content: {
      target: 'h2',
      text: 'New',
      attributes: { title: 'T' },
      more: [
        { target: 'ul', place: 'append', html: '<li class="d"><a>D</a></li>' },
        { target: '.d a', attributes: { href: '/d' }, style: { 'font-weight': '700' } },
        { target: '#a', remove: true },
        { target: 'ul', order: ['.d'] },
      ],
    },
    baseline: LIST,
    expected:
      '<div data-unblink="@"><h2 id="h" title="T">New</h2><ul><li class="d"><a href="/d" style="font-weight: 700;">D</a></li><li id="b">B</li><li id="c"><i class="star">C</i></li></ul></div>',
  },
  {
    name: 'an image',
    content: { target: 'img', src: '/new.svg', attributes: { alt: 'New' } },
    baseline: '<img src="/old.svg" alt="Old">',
    expected: '<div data-unblink="@"><img src="/new.svg" alt="New"></div>',
  },
  {
    name: 'a picture’s sources',
    content: {
      target: 'source',
      srcset: '/new.svg?1 1x, /new.svg?2 2x',
      more: [{ target: 'img', src: '/new.svg?3', srcset: '/new.svg?4 2x' }],
    },
    baseline: PICTURE,
    expected:
      '<div data-unblink="@"><picture><source srcset="/new.svg?1 1x, /new.svg?2 2x"><img src="/new.svg?3" alt="Old" srcset="/new.svg?4 2x"></picture></div>',
  },
]

/** What nobody may do, or nobody can: the slot is left as it was. */
export const REFUSED: readonly SlotContent[] = [
  { content: { target: '.gone', text: 'x' } },
  { content: { target: 'p[', text: 'x' } },
  { content: { text: 'x', attributes: { onclick: 'x()' } } },
  { content: { text: 'x', attributes: { href: 'javascript:x' } } },
  { content: { template: 'gone', class: 'k' } },
  { content: { style: { position: 'fixed' } } },
  { content: { style: { 'background-image': 'url(/x.png)' } } },
  { content: { style: { color: 'no such colour' } } },
  { content: { src: '/new.svg' } },
  { content: { target: 'img', src: '/gone.png' }, baseline: '<img src="/old.svg">' },
  { content: { target: 'img', src: 'data:image/png,x' }, baseline: '<img src="/old.svg">' },
  { content: { remove: true } },
  { content: { text: 'x', place: 'inside' as 'before' } },
  { content: { component: 'Card' } },
  { content: { redirect: 'https://elsewhere.example/' } },
  { content: { redirect: '/b', text: 'x' } },
  {
    content: {
      target: '#h',
      text: 'New',
      style: { color: 'red' },
      class: 'k',
      more: [
        { target: '#a', remove: true },
        { target: 'ul', order: ['#c'] },
        { target: 'ul', place: 'append', html: '<li>D</li>' },
        { attributes: { title: 'T' } },
        { target: '.gone', text: 'x' },
      ],
    },
    baseline: LIST,
  },
]
