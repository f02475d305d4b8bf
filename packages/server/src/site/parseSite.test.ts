import { expect, test } from 'vitest'
import { createManifest } from './createManifest.ts'
import { parseSite } from './parseSite.ts'
import type { Site } from './site.ts'
import type { SiteInput } from './siteInput.ts'

const input = (over: Partial<SiteInput> | Record<string, unknown> = {}) => ({
  id: 'bank',
  keys: { browser: 'bank-page', server: 'a-secret-of-the-server' },
  slots: { 'home.hero': { deadlineMs: 500, late: 'fade' }, 'home.side': {} },
  audiences: {
    mortgage: { 'intent.primary': 'mortgage', holdings: { $nin: ['mortgage'] } },
    returning: { $or: [{ 'visits.count': { $gte: 2 } }, { 'goals.apply': { $gt: 0 } }] },
  },
  experiences: [
    {
      id: 'hero',
      slot: 'home.hero',
      kind: 'personalization',
      audience: 'mortgage',
      variants: [{ id: 'rates', content: { text: 'Rates' } }],
    },
  ],
  categories: { mortgage: { paths: ['/mortgage/*'], intent: true }, careers: { paths: ['/careers'] } },
  goals: { apply: { holdings: ['mortgage'] } },
  expose: ['intent.primary', 'crm.tier'],
  ...over,
})

const parse = (value: unknown): Site => {
  const site = parseSite(value)
  if (!site.ok) throw new Error(site.error)
  return site.value
}

const errorOf = (value: unknown): string => {
  const site = parseSite(value)
  if (site.ok) throw new Error('expected a problem')
  return site.error
}

test('defaults are filled in and the rest is kept as written', () => {
  expect(parse(input())).toEqual({
    ...input(),
    origins: [],
    consent: { personalization: 'pending', analytics: 'pending' },
    intents: { halfLifeHours: 168, minScore: 20 },
    queryAllowList: [],
    groups: {},
    operators: {},
    attributes: {},
    models: {},
    privateHosts: [],
    profileTimeoutMs: 50,
    webhooks: {},
  })
})

test('the smallest site needs an id, a key and its slots', () => {
  expect(parse({ id: 'a', keys: { browser: 'k' }, slots: {} })).toMatchObject({
    experiences: [],
    categories: {},
    goals: {},
  })
})

const experience = (over: object) =>
  input({
    experiences: [
      {
        id: 'hero',
        slot: 'home.hero',
        kind: 'personalization',
        variants: [{ id: 'v', content: { text: 'x' } }],
        ...over,
      },
    ],
  })

test.each([
  [
    'a misspelt slot',
    experience({ slot: 'home.hreo' }),
    'experiences[0].slot: there is no slot "home.hreo"; did you mean "home.hero"?',
  ],
  [
    'an unknown slot',
    experience({ slot: 'footer' }),
    'experiences[0].slot: there is no slot "footer"; there are: home.hero, home.side',
  ],
  [
    'a misspelt audience',
    experience({ audience: 'mortage' }),
    'experiences[0].audience: there is no audience "mortage"; did you mean "mortgage"?',
  ],
  [
    'a misspelt category',
    input({ audiences: { m: { 'intent.morgage': { $gt: 40 } } } }),
    'audiences.m["intent.morgage"]: there is no category with intent: true "morgage"; did you mean "mortgage"?',
  ],
  [
    'a misspelt category as value',
    input({ audiences: { mortgage: { $and: [{ 'intent.primary': { $in: ['mortgge'] } }] } } }),
    'audiences.mortgage.$and[0]["intent.primary"].$in[0]: there is no category with intent: true "mortgge"; did you mean "mortgage"?',
  ],
  [
    'a category that is no intent',
    input({ expose: ['intent.careers'] }),
    'expose[0]: there is no category with intent: true "careers"',
  ],
  [
    'an unknown goal',
    input({ audiences: { mortgage: { 'goals.aply': 1 } } }),
    'audiences.mortgage["goals.aply"]: there is no goal "aply"; did you mean "apply"?',
  ],
  [
    'an unknown visit fact',
    input({ expose: ['visits.cuont'] }),
    'expose[0]: there is no attribute visits.* "cuont"; did you mean "count"?',
  ],
  ['a misspelt member', input({ slotz: {} }), 'site: unknown member "slotz" (did you mean "slots"?); known here:'],
  [
    'a misspelt member inside',
    experience({ prioritty: 1 }),
    'experiences[0]: unknown member "prioritty" (did you mean "priority"?)',
  ],
  [
    'an unknown operator',
    input({ audiences: { mortgage: { 'views.count': { $gtt: 1 } } } }),
    'audiences.mortgage["views.count"].$gtt: "$gtt" is not an operator',
  ],
  [
    'an operator without an attribute',
    input({ audiences: { mortgage: { $gt: 1 } } }),
    'audiences.mortgage.$gt: "$gt" cannot stand here',
  ],
  [
    'a list that is not one',
    input({ audiences: { mortgage: { $or: {} } } }),
    'audiences.mortgage.$or: expected a list of conditions',
  ],
  [
    'a broken pattern',
    input({ audiences: { mortgage: { crm: { $regex: '(' } } } }),
    'audiences.mortgage.crm.$regex: expected a regular expression',
  ],
  ['no id', { ...input(), id: undefined }, 'id: missing; add a string'],
  ['a number for a list', input({ origins: 7 }), 'origins: expected a list, got 7'],
  [
    'a wrong late policy',
    input({ slots: { a: { late: 'faed' } }, experiences: [] }),
    'slots.a.late: expected one of "keep", "fade", "next", got "faed"; did you mean "fade"?',
  ],
  [
    'a deadline out of range',
    input({ slots: { 'home.hero': { deadlineMs: 10 } } }),
    'slots["home.hero"].deadlineMs: expected at least 50, got 10',
  ],
  [
    'a slot name that would break a selector',
    input({ slots: { 'a"]': {} }, experiences: [] }),
    'slots["a\\"]"]: the name is not usable: expected letters, digits',
  ],
  [
    'an origin with a path',
    input({ origins: ['https://www.example.com/'] }),
    'origins[0]: expected an origin, scheme and host only: "https://www.example.com"',
  ],
  [
    'an origin without a scheme',
    input({ origins: ['example.com'] }),
    'origins[0]: expected an origin, scheme and host only, like "https://www.example.com"',
  ],
  [
    'a short server key',
    input({ keys: { browser: 'a', server: 'short' } }),
    'keys.server: expected a secret of at least 16 characters, got another value',
  ],
  [
    'equal keys',
    input({ keys: { browser: 'a-secret-of-the-server', server: 'a-secret-of-the-server' } }),
    'keys: both keys are the same, but the browser key is public',
  ],
  [
    'two experiences of one id',
    input({ experiences: [...input().experiences, ...input().experiences] }),
    'experiences: two experiences have the id "hero"',
  ],
  ['no variants', experience({ variants: [] }), 'experiences[0].variants: expected at least one variant'],
  [
    'two contents at once',
    experience({ variants: [{ id: 'v', content: { text: 'x', html: 'y' } }] }),
    'experiences[0].variants[0].content: only one of text, html and template can fill the slot, got text and html; remove one',
  ],
  [
    'an empty content',
    experience({ variants: [{ id: 'v', content: {} }] }),
    'leave `content` out to make this variant the control',
  ],
  [
    'content too large for a reply',
    experience({ variants: [{ id: 'v', content: { html: 'x'.repeat(25_000) } }] }),
    'at most 24576 fit into a reply',
  ],
  ['weights of nobody', experience({ variants: [{ id: 'v', weight: 0 }] }), 'all weights are 0'],
  [
    'a coverage in percent',
    experience({ coverage: 50 }),
    'experiences[0].coverage: expected a share from 0 to 1 (0.5 for 50 percent), got 50',
  ],
  [
    'a star in the middle',
    input({ categories: { mortgage: { paths: ['/a*/b'], intent: true } } }),
    'categories.mortgage.paths[0]: expected a path like "/loans" or "/loans/*"',
  ],
  [
    'a category named as a fact',
    input({ categories: { mortgage: { paths: ['/m'], intent: true }, primary: { paths: ['/p'] } } }),
    '"intent.primary" has a meaning of its own; rename this category',
  ],
  [
    'a category with a dot',
    input({ categories: { 'a.b': { paths: ['/a'] } } }),
    'categories["a.b"]: the name is not usable',
  ],
  ['no site at all', undefined, 'site: missing; add an object'],
])('%s: the error names the path, the fault and the remedy', (_name, value, message) => {
  expect(errorOf(value)).toContain(message)
})

test('every problem has its own line', () => {
  expect(errorOf({ ...input({ origins: 7 }), id: 3 }).split('\n')).toEqual([
    'id: expected a string, got 3',
    'origins: expected a list, got 7',
  ])
})

test('a __proto__ member is left out, and pollutes nothing', () => {
  const text = JSON.stringify(input()).replace('"slots":{', '"slots":{"__proto__":{"late":"fade"},')
  const { slots } = parse(JSON.parse(text))
  expect(Object.keys(slots)).toEqual(['home.hero', 'home.side'])
  expect(Object.getPrototypeOf(slots)).toBe(Object.prototype)
  expect(({} as { late?: string }).late).toBeUndefined()
})

test('a manifest has 12 hex digits of its content as version, whatever the order of members', () => {
  const manifest = createManifest(parse(input()))
  expect(manifest.version).toMatch(/^[0-9a-f]{12}$/)
  const site = input()
  const reversed = Object.fromEntries(
    Object.entries(site)
      .reverse()
      .map(([name, member]) => [
        name,
        name === 'slots' ? Object.fromEntries(Object.entries(member).reverse()) : member,
      ]),
  )
  expect(createManifest(parse(reversed)).version).toBe(manifest.version)
  expect(createManifest(parse(input({ holdout: { share: 0.1, seed: 's' } }))).version).not.toBe(manifest.version)
})

test('a condition in an experience is an audience like any other', () => {
  const own = (audience: unknown, id = 'own') => ({
    id,
    slot: 'home.side',
    kind: 'personalization',
    audience,
    variants: [{ id: 'v', content: { text: 'V' } }],
  })
  const condition = { 'visits.count': { $gte: 3 } }
  const { audiences, experiences } = parse(input({ experiences: [own(condition), own(condition, 'mortgage')] }))
  expect(experiences.map(({ audience }) => audience)).toEqual(['own', 'mortgage-'])
  expect(audiences).toMatchObject({
    own: condition,
    'mortgage-': condition,
    mortgage: { 'intent.primary': 'mortgage' },
  })
  expect(createManifest(parse(input({ experiences: [own({ 'visits.count': { $gte: 3 } })] })))).toMatchObject({
    audiences: { own: expect.anything() as unknown },
    experiences: [{ id: 'own', audience: 'own' }],
  })
  expect(errorOf(input({ experiences: [own({ 'visits.cuont': 3 })] }))).toContain(
    'experiences[0].audience["visits.cuont"]: there is no attribute visits.* "cuont"; did you mean "count"?',
  )
  expect(errorOf(input({ experiences: [own(['mortgage'])] }))).toContain('experiences[0].audience: expected a string')
})

test('a manifest tells the page nothing but its rules', () => {
  expect(Object.keys(createManifest(parse(input()))).sort()).toEqual([
    'audiences',
    'experiences',
    'slots',
    'v',
    'version',
  ])
})
