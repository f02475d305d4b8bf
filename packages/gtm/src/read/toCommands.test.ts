import { expect, test } from 'vitest'
import { toCommands } from './toCommands.ts'

const boots = {
  item_id: 'B1',
  item_name: 'Ridge',
  item_category: 'Footwear',
  item_category2: 'Boots',
  price: 120,
  quantity: 1,
}
const socks = { item_id: 'S1', item_category: 'Footwear', item_category2: 'Socks', price: '9.50' }

const getItems = (params: object) =>
  (toCommands('view_item', params as never)[0]?.[2] as { items: object[] } | undefined)?.items

test.each([
  ['unblink.identify', { user: 'u1', proof: 'p' }, ['identify', { user: 'u1', proof: 'p' }]],
  ['unblink.attributes', { attributes: { tier: 'gold' } }, ['event', 'attributes', { tier: 'gold' }]],
  [
    'unblink.conversion',
    { goal: 'call', value: '2.5', currency: 'eur' },
    ['conversion', { goal: 'call', value: 2.5, currency: 'EUR' }],
  ],
  ['unblink.conversion', { goal: 'call', value: 'much', currency: 'euro' }, ['conversion', { goal: 'call' }]],
])('%s %j is a command', (name, params, command) => {
  expect(toCommands(name, params)).toEqual([command])
})

test.each([
  ['unblink.identify', { proof: 'p' }],
  ['unblink.attributes', { attributes: [1] }],
  ['unblink.conversion', {}],
  ['unblink.exposure', { unblink: {} }],
  ['scroll_depth', { value: 3 }],
  ['toString', {}],
  ['productClick', { ecommerce: { click: {} } }],
])('%s %j is none', (name, params) => {
  expect(toCommands(name, params)).toEqual([])
})

test('an event with items tells them as GA4 names them, and what they are worth', () => {
  const items = [boots]
  expect(toCommands('view_item', { ecommerce: { currency: 'EUR', value: 120, items } })).toEqual([
    ['event', 'view_item', { value: 120, currency: 'EUR', items: [boots] }],
  ])
})

test('by gtag() the same is told without `ecommerce`', () => {
  const sale = { currency: 'EUR', value: 120, items: [boots, socks] }
  expect(toCommands('begin_checkout', sale)).toEqual(toCommands('begin_checkout', { ecommerce: sale }))
})

test('a purchase is a conversion with its worth, too', () => {
  expect(
    toCommands('purchase', { ecommerce: { transaction_id: 'T1', value: 129.5, currency: 'EUR', items: [] } }),
  ).toEqual([
    ['event', 'purchase', { value: 129.5, currency: 'EUR', items: [] }],
    ['conversion', { goal: 'purchase', value: 129.5, currency: 'EUR' }],
  ])
  expect(toCommands('purchase', { value: '1,200' })).toEqual([['conversion', { goal: 'purchase' }]])
})

test.each([
  [0, 0],
  ['12.50', 12.5],
  ['', undefined],
  [null, undefined],
  ['1,200', undefined],
  [NaN, undefined],
])('of the value %j, %j is told', (value, expected) => {
  expect(toCommands('unblink.conversion', { goal: 'g', value })[0]?.[1]).toEqual({
    goal: 'g',
    ...(expected !== undefined && { value: expected }),
  })
})

test('of an item only what GA4 names is kept, and of many items twenty', () => {
  const item = { ...boots, email: 'somebody', item_name: 'x'.repeat(500), price: NaN, item_brand: '' }
  const items = getItems({ items: Array.from({ length: 50 }, () => item) })
  expect(items).toHaveLength(20)
  expect(items?.[0]).toEqual({
    item_id: 'B1',
    item_name: 'x'.repeat(100),
    item_category: 'Footwear',
    item_category2: 'Boots',
    quantity: 1,
  })
})

test('items that are none are left out', () => {
  expect(getItems({ ecommerce: { items: [null, 7, 'x', {}] } })).toEqual([{}])
  for (const items of [undefined, null, 'x', {}]) expect(toCommands('view_item', { ecommerce: { items } })).toEqual([])
})
