import type { Json, JsonObject } from '@unblink/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { render } from './index.ts'

/*
 * The library `mustache` is the reference: same template, same view, same text. Where ours differs on purpose:
 *
 * | difference       | mustache                               | ours and why                                            |
 * |------------------|----------------------------------------|---------------------------------------------------------|
 * | unsafe           | `{{{a}}}` and `{{&a}}` are not escaped | escaped, unless allowed: content goes into pages        |
 * | entities         | `&lt;`, `&#x2F;`                       | `&#60;`, `&#47;`: the same characters, less code        |
 * | own properties   | names reach prototypes, `text.length`  | own members of objects and lists only                   |
 * | dotted names     | an outer `a.b` is found where the      | the innermost `a` counts, as Mustache's specification   |
 * |                  | innermost `a` has no `b`               | has it ("Context Precedence")                           |
 * | true             | `{{#a}}{{.}}{{/a}}` is the outer view  | is `true`, as the specification has it                  |
 * | open tag         | throws                                 | `{{a` without an end is text                            |
 * | whitespace       | a line of several section tags is      | only a line with one, as the specification has it       |
 * |                  | stripped                               |                                                         |
 * | not there        | partials, lambdas, other delimiters    | the tag is refused                                      |
 */

interface Oracle {
  render(template: string, view: unknown, partials: object, config: { escape: (text: unknown) => string }): string
  render(template: string, view: unknown): string
}
// The library comes without types.
const { default: mustache } = (await import('mustache')) as { default: Oracle }

/** See "whitespace". */
const TAGS_ON_A_LINE = /^[ \t]*(?:{{[#^/!](?:(?!}})[^])*}}[ \t]*){2,}\r?$/m

const SEED = 20_240_229
const escape = (text: unknown) => String(text).replace(/[&<>"'`=/]/g, (sign) => `&#${sign.charCodeAt(0)};`)
/** Undefined where the library itself fails: it reads members of null. */
const ask = (template: string, view: JsonObject) => {
  try {
    return mustache.render(template, view, {}, { escape })
  } catch {
    return undefined
  }
}

const scalar = fc.constantFrom<Json[]>(null, false, 0, 1, -2.5, '', 'x', ' ', '<b>"&\'`=/', '{{a}}', 'ü', '0')
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { weight: 3, arbitrary: scalar },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    {
      weight: 2,
      arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
    },
  ),
}))
// Dotted names begin with `p`, which only the outermost view has: see "dotted names".
const view = fc.record({ a: value, b: value, c: value, p: value }, { requiredKeys: [], noNullPrototype: true })

const name = fc.constantFrom('a', 'b', 'c', '.', 'p', 'p.a', 'p.b.c', 'gone', 'gone.a')
const space = fc.constantFrom('', ' ', '  ', '\t')
const text = fc.constantFrom('x', ' ', '\n', '\r\n', '  \n', '\n\n', '<p>', '"', '}', 'é', '$&', '#', '\n  ', '')
const { template } = fc.letrec<{ template: string }>((tie) => ({
  template: fc
    .array(
      fc.oneof(
        { depthSize: 'small' },
        { weight: 4, arbitrary: text },
        { weight: 3, arbitrary: fc.tuple(name, space).map(([of, gap]) => `{{${gap}${of}${gap}}}`) },
        { weight: 1, arbitrary: fc.tuple(name, space).map(([of, gap]) => `{{{${gap}${of}${gap}}}}`) },
        { weight: 1, arbitrary: fc.tuple(name, space).map(([of, gap]) => `{{&${gap}${of}${gap}}}`) },
        { weight: 1, arbitrary: fc.constantFrom('{{! a }}', '{{!}}', '{{! two\nlines }}', '{{!> no partial}}') },
        {
          weight: 3,
          arbitrary: fc
            .tuple(fc.constantFrom('#', '^'), name, tie('template'), space, fc.constantFrom('', '\n', '\r\n', ' \n'))
            .map(
              ([kind, of, inner, gap, end]) => `${gap}{{${kind}${gap}${of}}}${end}${inner}${gap}{{/${of}${gap}}}${end}`,
            ),
        },
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
}))

test('40 000 templates come out as with mustache', { timeout: 120_000 }, () => {
  const count = { different: new Set<string>(), sections: 0, failed: 0 }
  fc.assert(
    fc.property(template, view, (asked, given) => {
      fc.pre(!TAGS_ON_A_LINE.test(asked))
      const ours = render(asked, given, { allowUnsafe: true })
      const theirs = ask(asked, given)
      if (theirs === undefined) return void count.failed++
      expect(ours).toBe(theirs)
      count.different.add(ours)
      if (/\{\{[#^]/.test(asked)) count.sections++
    }),
    { numRuns: 40_000, seed: SEED, maxSkipsPerRun: 100 },
  )
  expect(count.different.size).toBeGreaterThan(10_000)
  expect(count.sections).toBeGreaterThan(10_000)
  expect(count.failed).toBeLessThan(1_000)
})

test('unsafe values are escaped unless they are allowed', () => {
  const markup = { a: '<b>' }
  expect(render('{{a}} {{{a}}} {{&a}}', markup)).toBe('&#60;b&#62; &#60;b&#62; &#60;b&#62;')
  expect(render('{{a}} {{{a}}} {{&a}}', markup, { allowUnsafe: true })).toBe('&#60;b&#62; <b> <b>')
})

test('escaped values read in HTML as they did before, in text and in quoted attributes', () => {
  const decode = (html: string) => html.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (given) => {
      const escaped = render('{{a}}', { a: given })
      expect(escaped).not.toMatch(/[<>"'`=/]|&(?!#\d+;)/)
      expect(decode(escaped)).toBe(given)
    }),
    { numRuns: 5_000, seed: SEED },
  )
})

test.each([
  ['a section', '{{#a}}x', 'a'],
  ['an inverted section', '{{^a}}x', 'a'],
  ['one of two sections', '{{#a}}{{#b}}{{/a}}', 'a'],
  ['a section that nobody opened', 'x{{/a}}', 'a'],
  ['another section', '{{#a}}{{/b}}', 'b'],
  ['a partial', '{{>a}}', 'a'],
  ['other delimiters', '{{=<% %>=}}', '<% %>='],
])('%s that is out of place is refused by name', (_, asked, tag) => {
  expect(() => render(asked, { a: 1 })).toThrow(`Template tag misplaced or unknown: ${tag}`)
})

test('braces that are no tag are text', () => {
  expect(render('{a} } {{ }a', { a: 1 })).toBe('{a} } {{ }a')
})

test('a hidden section is read all the same', () => {
  expect(() => render('{{#gone}}{{#b}}{{/gone}}', {})).toThrow(': gone')
  expect(() => render('{{#gone}}{{>b}}{{/gone}}', {})).toThrow(': b')
})

test('inherited names are missing', () => {
  expect(render('[{{toString}}{{constructor.name}}{{#__proto__}}x{{/__proto__}}{{a.length}}]', { a: 'text' })).toBe(
    '[]',
  )
  expect(render('{{a.length}}{{a.0}}', { a: [7] })).toBe('17')
  const prototype = Object.prototype as unknown as Record<string, unknown>
  prototype.vip = 'stolen'
  try {
    expect(render('[{{vip}}{{a.vip}}]', { a: {} })).toBe('[]')
  } finally {
    delete prototype.vip
  }
})

test('the innermost first part of a dotted name counts', () => {
  const given = { a: { b: {} }, b: { c: 'outer' } }
  expect(render('[{{#a}}{{b.c}}{{/a}}]', given)).toBe('[]')
  expect(mustache.render('[{{#a}}{{b.c}}{{/a}}]', given)).toBe('[outer]')
})

test('a null hides an outer value of the same name, as in mustache', () => {
  const given = { a: { b: null }, b: 'outer' }
  expect(render('[{{#a}}{{b}}{{/a}}]', given)).toBe(mustache.render('[{{#a}}{{b}}{{/a}}]', given))
})

test('values are never read as templates', () => {
  expect(render('{{a}}{{b}}', { a: '{{b}}', b: '{{#a}}' })).toBe('{{b}}{{#a}}')
})

test('a section over true reads on in the outer views', () => {
  expect(render('{{#a}}{{b}}{{.}}{{/a}}', { a: true, b: 'x' })).toBe('xtrue')
})

test('deep nesting does not multiply the work', () => {
  const depth = 300
  const deep = '{{#a}}'.repeat(depth) + 'x' + '{{/a}}'.repeat(depth)
  expect(render(deep, { a: true })).toBe('x')
  expect(render(deep, {})).toBe('')
})
