import { expect, test } from 'vitest'
import { renderContent } from './renderContent.ts'

const view = { name: 'Ann & <b>', city: 'Köln/Süd', image: 'https://cdn.example/a.png?w=1&h=2', n: 2 }

test('values are escaped for the place they go to', () => {
  expect(
    renderContent(
      {
        text: 'Hello {{name}}',
        html: '<p title="{{name}}">{{name}} {{{name}}}</p>',
        attributes: { title: 'For {{name}}', href: '/map?q={{city}}&n={{n}}' },
        src: '{{{image}}}',
        srcset: '/i/{{city}}.png 2x',
        redirect: '/go?to={{name}}',
        component: 'Card',
        props: { title: '{{name}}', list: ['{{n}}', 1, null, { href: '/{{city}}' }] },
      },
      view,
    ),
  ).toEqual({
    text: 'Hello Ann & <b>',
    html: '<p title="Ann &#38; &#60;b&#62;">Ann &#38; &#60;b&#62; Ann &#38; &#60;b&#62;</p>',
    attributes: { title: 'For Ann & <b>', href: '/map?q=K%C3%B6ln%2FS%C3%BCd&n=2' },
    src: 'https://cdn.example/a.png?w=1&h=2',
    srcset: '/i/K%C3%B6ln%2FS%C3%BCd.png 2x',
    redirect: '/go?to=Ann%20%26%20%3Cb%3E',
    component: 'Card',
    props: { title: 'Ann & <b>', list: ['2', 1, null, { href: '/K%C3%B6ln%2FS%C3%BCd' }] },
  })
})

test('further actions are filled too', () => {
  const more = [
    { target: 'h2', text: 'For {{name}}' },
    { target: '.{{name}}', remove: true as const },
  ]
  expect(renderContent({ text: '{{n}}', more }, view)).toEqual({
    text: '2',
    more: [
      { target: 'h2', text: 'For Ann & <b>' },
      { target: '.{{name}}', remove: true },
    ],
  })
})

test('what is no template member, or has no tag, stays as it is', () => {
  const content = {
    template: '{{name}}',
    class: '{{name}}',
    style: { color: '{{name}}' },
    attributes: { title: '{ }' },
  }
  expect(renderContent(content, view)).toEqual(content)
})

test('a visitor of whom nothing is known gets the inverted section', () => {
  const text = '{{#name}}Hello {{name}}{{/name}}{{^name}}Hello{{/name}}'
  expect([renderContent({ text }, view).text, renderContent({ text }, {}).text]).toEqual(['Hello Ann & <b>', 'Hello'])
})

test('a template that cannot be read throws, naming the tag', () => {
  expect(() => renderContent({ text: '{{#name}}' }, view)).toThrow('name')
})

test('a content that the snippet would take for a text is marked as more than that', () => {
  expect(renderContent({ style: { color: 'red' } }, view)).toEqual({ style: { color: 'red' }, more: [] })
  expect(renderContent({ src: '/a.png' }, view)).toEqual({ src: '/a.png', more: [] })
  expect(renderContent({ text: 'a' }, view)).toEqual({ text: 'a' })
})
