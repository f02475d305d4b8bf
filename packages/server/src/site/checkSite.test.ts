import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkSite, formatFinding } from './checkSite.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unblink-check-'))
})
afterAll(() => rm(folder, { recursive: true }))

const NOW = Date.UTC(2026, 10, 22)

/** The findings as they are printed, without the folder. */
const check = async (name: string, text: string) => {
  const file = join(folder, name)
  await writeFile(file, text)
  const { site, findings } = await checkSite(file, NOW)
  return { isSound: !!site, lines: findings.map((finding) => formatFinding(finding).replaceAll(file, name)) }
}

test('in JSON, a problem is told with its line and column', async () => {
  const text = `{
  "id": "bank",
  "keys": { "browser": "k" },
  "slots": { "hero": { "late": "faed" } }
}`
  expect(await check('line.json', text)).toEqual({
    isSound: false,
    lines: [
      'line.json:4:32: slots.hero.late: expected one of "keep", "fade", "next", got "faed"; did you mean "fade"?',
    ],
  })
})

test('what is missing is told where it would be', async () => {
  const { lines } = await check('missing.json', '{\n  "id": "bank",\n  "keys": {},\n  "slots": {}\n}')
  expect(lines).toEqual(['missing.json:3:11: keys.browser: missing; add a string'])
})

test.each([
  ['a comma too many', '{\n "id": "bank",\n}', 'comma.json:3:1: cannot be read:', 'no comma before a closing bracket'],
  ['a comment', '{\n // who\n "id": "bank"}', 'comma.json:2:2: cannot be read:', 'JSON has no comments'],
  ['an end too early', '{\n "id": "bank"', 'comma.json:2:14: cannot be read:', ''],
])('%s is told with its place', async (_name, text, start, remedy) => {
  const { lines } = await check('comma.json', text)
  expect(lines).toEqual([expect.stringContaining(start)])
  expect(lines[0]).toContain(remedy)
})

test('a member that is written twice is an error, because the first would be lost without a word', async () => {
  const text = '{\n"id": "bank",\n"keys": { "browser": "k" },\n"slots": { "a": {} },\n"slots": {}\n}'
  expect(await check('twice.json', text)).toEqual({
    isSound: false,
    lines: ['twice.json:5:10: slots: written twice in one object, of which the last counts; remove one'],
  })
})

test('the config in the documentation is sound, and gives no doubts', async () => {
  const documentation = await readFile(new URL('../../../../docs/site-config.md', import.meta.url), 'utf8')
  const [, example = ''] = /```ts\n(import[^]*?)```/.exec(documentation) ?? []
  expect(await check('documented.ts', example)).toEqual({ isSound: true, lines: [] })
})

test('a byte order mark is no fault', async () => {
  const { isSound } = await check('mark.json', '\uFEFF{"id":"bank","keys":{"browser":"k"},"slots":{}}')
  expect(isSound).toBe(true)
})

test('a doubt is a warning, and the site is sound', async () => {
  expect(await check('doubt.json', '{"id":"bank","keys":{"browser":"k"},\n"slots":{"a":{}}}')).toEqual({
    isSound: true,
    lines: [expect.stringMatching(/^doubt\.json:2:14: warning: slots\.a: no experience is for "a"/)],
  })
})

test('a doubt about a condition that stands in an experience is told where it stands', async () => {
  const slow = '{ "name": { "$regex": "(a+)+$" } }'
  const text = `{"id":"bank","keys":{"browser":"k"},"slots":{"a":{}},"audiences":{"e":{"x":1}},"experiences":[
{"id":"e","slot":"a","kind":"personalization","variants":[{"id":"v"}],
"audience": ${slow},
"suppress": ${slow}}]}`
  const told = 'a repetition inside a repetition can take very long on some texts; take one of them out'
  expect(await check('inline.json', text)).toEqual({
    isSound: true,
    lines: [
      `inline.json:3:35: warning: experiences[0].audience.name.$regex: ${told}`,
      `inline.json:4:35: warning: experiences[0].suppress.name.$regex: ${told}`,
    ],
  })
})

test('a TypeScript config is told by the path, and its syntax by line and column', async () => {
  const faulty = `export default { id: 'bank', keys: { browser: 'k' }, slots: { a: { late: 'faed' } } }`
  expect((await check('path.ts', faulty)).lines).toEqual([expect.stringMatching(/^path\.ts: slots\.a\.late: expected/)])
  const broken = await check('syntax.ts', `export default {\n  id: 'bank',\n  keys: {{ }\n}`)
  expect(broken.lines).toEqual([expect.stringMatching(/^syntax\.ts:3:10: cannot be read: /)])
})

test.each([
  ['a function', 'export default () => ({})', 'exports a function. Export what it gives'],
  ['a site that holds itself', 'const a: any = { id: "a" }; a.slots = { a }; export default a', 'unknown member "id"'],
  [
    'a site that holds itself twice',
    'const a: any = { id: "a" }; a.slots = { a, b: a }; a.keys = a; export default a',
    'keys: unknown member',
  ],
  [
    'properties that hold themselves',
    `const props: any = {}; props.props = props
     export default { id: 'a', keys: { browser: 'k' }, slots: { a: {} }, experiences: [{ id: 'e', slot: 'a',
       kind: 'personalization', variants: [{ id: 'v', content: { component: 'C', props } }] }] }`,
    'experiences[0].variants[0].content.props.props: nested deeper than 100 levels; make it flatter',
  ],
  [
    'a member that throws',
    'export default { get id() { throw new Error("no id today") } }',
    'cannot be read: no id today; use plain values',
  ],
  [
    'a date',
    `export default { id: 'a', keys: { browser: 'k' }, slots: {}, audiences: { old: { born: { $lt: new Date(0) } } } }`,
    'audiences.old.born.$lt: expected plain JSON (text, number, true, false, null, list or object), got Date',
  ],
  [
    'a pattern that is none of JSON',
    `export default { id: 'a', keys: { browser: 'k' }, slots: {}, audiences: { old: { name: { $regex: /a/ } } } }`,
    'audiences.old.name.$regex: expected plain JSON (text, number, true, false, null, list or object), got a RegExp; write { "$regex": "…" }',
  ],
  [
    'an own operator that the language has',
    `export default { id: 'a', keys: { browser: 'k' }, slots: {}, operators: { in: () => true } }`,
    'operators.in: the name is not usable: the condition language has this operator; choose another name',
  ],
  [
    'an own operator inside a list',
    `export default { id: 'a', keys: { browser: 'k' }, slots: {}, operators: { ends: () => true },
       audiences: { x: { mails: { $elemMatch: { $ends: 'a' } } } } }`,
    'audiences.x.mails.$elemMatch.$ends: "$ends" is the site’s own operator, and cannot stand inside $elemMatch or $all',
  ],
  [
    'an own operator inside an element',
    `export default { id: 'a', keys: { browser: 'k' }, slots: {}, operators: { ends: () => true },
       audiences: { x: { orders: { $elemMatch: { mail: { $not: { $ends: 'a' } } } } } } }`,
    'audiences.x.orders.$elemMatch.mail.$not.$ends: "$ends" is the site’s own operator, and cannot stand inside',
  ],
  [
    'an own operator inside a list of all',
    `export default { id: 'a', keys: { browser: 'k' }, slots: {}, operators: { ends: () => true },
       audiences: { x: { mails: { $all: [{ $ends: 'a' }] } } } }`,
    'audiences.x.mails.$all[0].$ends: "$ends" is the site’s own operator, and cannot stand inside',
  ],
  [
    'two sources of the profile',
    `export default { id: 'a', keys: { browser: 'k' }, slots: {}, profile: async () => ({}), profileUrl: 'https://c.example/{{visitor}}' }`,
    'site: both `profile` and `profileUrl` are set; keep the one that is meant',
  ],
])('%s is told', async (_name, text, message) => {
  const { isSound, lines } = await check('odd.ts', text)
  expect(isSound).toBe(false)
  expect(lines.join('\n')).toContain(message)
})
