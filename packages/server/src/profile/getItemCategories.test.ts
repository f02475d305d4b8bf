import type { AnyEvent, JsonObject } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { parseSite } from '../site/parseSite.ts'
import { createProfile } from './createProfile.ts'
import { fold } from './fold.ts'
import { getItemCategories } from './getItemCategories.ts'
import { readAttributes } from './readAttributes.ts'

const parsed = parseSite({
  id: 'shop',
  keys: { browser: 'k' },
  slots: {},
  categories: {
    boots: { paths: ['/c/boots'], items: ['Footwear/*', 'Hiking shoes'], intent: true },
    tents: { paths: [], items: ['Camping'], intent: true },
    gifts: { paths: ['/gifts'] },
  },
})
if (!parsed.ok) throw new Error(parsed.error)
const site = parsed.value

const boots = { item_id: 'b', item_category: 'Outdoor', item_category2: 'Boots' }
const tent = { item_id: 't', item_category: 'Outdoor', item_category3: 'camping' }

test.each<[string, JsonObject | undefined, string[]]>([
  ['no properties', undefined, []],
  ['properties without a category', { value: 3 }, []],
  ['the id of a category', { category: 'boots' }, ['boots']],
  ['a name that the site declares', { category: 'Hiking shoes' }, ['boots']],
  ['a name below one that ends in a star', { categories: ['Footwear/Trail'] }, ['boots']],
  ['other capitals, and blanks around', { category: ' BOOTS ' }, ['boots']],
  ['a name that no category has', { categories: ['Bootstrapping'] }, []],
  ['items of GA4, at any level', { items: [tent] }, ['tents']],
  ['several', { categories: ['gifts'], items: [tent, boots] }, ['boots', 'tents', 'gifts']],
  ['nothing of use', { category: 7, categories: [null, 3], items: ['x', null, { item_category: 3 }] }, []],
])('an event with %s', (_what, props, expected) => {
  expect(getItemCategories(site, props ? { name: 'view_item', props } : { name: 'view_item' })).toEqual(expected)
})

test('a list is about what its items have in common, and what is taken out or bought is no interest', () => {
  const read = (name: string, ...items: JsonObject[]) => getItemCategories(site, { name, props: { items } })
  expect(read('view_item_list', boots, tent)).toEqual([])
  expect(read('view_item_list', boots, { ...boots, item_id: 'c' })).toEqual(['boots'])
  expect(read('begin_checkout', boots, tent)).toEqual(['boots', 'tents'])
  for (const name of ['remove_from_cart', 'purchase', 'refund', 'view_cart']) expect(read(name, boots)).toEqual([])
})

const T0 = Date.UTC(2030, 0, 6)
const view = (n: number, name: string, props?: JsonObject, at = T0 + n) =>
  ({
    i: `0192f3a4-0000-7000-8000-${String(n).padStart(12, '0')}`,
    n,
    pv: '0192f3a4-0000-7000-8000-000000000000',
    t: 'custom',
    at,
    mt: n,
    lo: '/p/1',
    p: props ? { name, props } : { name },
  }) as AnyEvent

const read = (events: readonly AnyEvent[]) => {
  const profile = events.reduce((known, event) => fold(known, event, site), createProfile('v'))
  return readAttributes(profile, site, T0 + 1_000)['intent'] as JsonObject
}

test('two events about a category make an intent, one does not', () => {
  const first = view(1, 'view_item', { categories: ['Camping'] })
  expect(read([first])).toMatchObject({ tents: 11, primary: null })
  expect(read([first, view(2, 'add_to_cart', { categories: ['Camping'] })])).toMatchObject({
    tents: 21,
    primary: 'tents',
  })
})

test('the order in which they come makes no difference', () => {
  const events = [
    view(1, 'view_item', { category: 'boots' }, T0),
    view(2, 'view_item', { category: 'boots' }, T0 - 86_400_000),
    view(3, 'view_item', { category: 'tents' }, T0),
  ]
  expect(read(events)).toEqual(read([...events].reverse()))
})

test('a category needs a path, or what the data layer calls it', () => {
  const wrong = parseSite({ id: 'shop', keys: { browser: 'k' }, slots: {}, categories: { boots: { paths: [] } } })
  expect(wrong).toMatchObject({ ok: false, error: expect.stringContaining('at least one path, or in `items`') })
})
