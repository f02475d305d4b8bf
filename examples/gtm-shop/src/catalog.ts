export interface Product {
  readonly id: string
  readonly name: string
  readonly category: CategoryId
  /** What GA4 is told, level by level. */
  readonly levels: readonly [string, string]
  readonly price: number
  readonly text: string
}

export const CATEGORIES = { boots: 'Boots', tents: 'Tents', jackets: 'Jackets' } as const
export type CategoryId = keyof typeof CATEGORIES

export const PRODUCTS: readonly Product[] = [
  {
    id: 'ridge',
    name: 'Ridge boot',
    category: 'boots',
    levels: ['Footwear', 'Hiking boots'],
    price: 189,
    text: 'Full leather, a sole that can be replaced, and an ankle that stays where it is.',
  },
  {
    id: 'fern',
    name: 'Fern trail shoe',
    category: 'boots',
    levels: ['Footwear', 'Trail shoes'],
    price: 119,
    text: 'Light enough to run in, stiff enough not to feel every stone.',
  },
  {
    id: 'duo',
    name: 'Duo tent',
    category: 'tents',
    levels: ['Camping', 'Tents'],
    price: 349,
    text: 'Two people, two doors, 1.4 kilograms. Stands before it rains.',
  },
  {
    id: 'basecamp',
    name: 'Basecamp tent',
    category: 'tents',
    levels: ['Camping', 'Tents'],
    price: 529,
    text: 'Four people and a porch for their boots.',
  },
  {
    id: 'squall',
    name: 'Squall jacket',
    category: 'jackets',
    levels: ['Clothing', 'Jackets'],
    price: 279,
    text: 'Waterproof for as long as you are out, and quiet while you walk.',
  },
  {
    id: 'ember',
    name: 'Ember down jacket',
    category: 'jackets',
    levels: ['Clothing', 'Jackets'],
    price: 239,
    text: 'Packs into its own pocket. The pocket packs into yours.',
  },
]

export const isCategory = (id: string): id is CategoryId => Object.hasOwn(CATEGORIES, id)
export const findProduct = (id: string): Product | undefined => PRODUCTS.find((product) => product.id === id)

/** The product as GA4's e-commerce events have it: https://developers.google.com/analytics/devguides/collection/ga4/ecommerce */
export const toItem = ({ id, name, levels, price }: Product) => ({
  item_id: id,
  item_name: name,
  item_category: levels[0],
  item_category2: levels[1],
  price,
  quantity: 1,
})
