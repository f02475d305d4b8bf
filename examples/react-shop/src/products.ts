export const CATEGORIES = {
  coffee: { name: 'Coffee', text: 'For people who would rather make the second cup than buy it.' },
  bread: { name: 'Bread', text: 'Few tools, used every week, and better for it.' },
  garden: { name: 'Garden', text: 'A shelf by the window is enough to begin with.' },
} as const

export type CategoryId = keyof typeof CATEGORIES

export interface Product {
  readonly id: string
  readonly category: CategoryId
  readonly name: string
  readonly text: string
  /** In euros. */
  readonly price: number
}

export const PRODUCTS: readonly Product[] = [
  {
    id: 'coffee-dripper',
    category: 'coffee',
    name: 'Stoneware dripper',
    text: 'Glazed inside, raw outside. Takes the paper filters that every shop has.',
    price: 28,
  },
  {
    id: 'coffee-kettle',
    category: 'coffee',
    name: 'Gooseneck kettle',
    text: 'Pours a thin, steady line. For gas, electric and induction.',
    price: 64,
  },
  {
    id: 'coffee-cup',
    category: 'coffee',
    name: 'Heavy cup',
    text: 'Keeps a coffee warm for as long as it deserves. Stacks in fours.',
    price: 16,
  },
  {
    id: 'bread-basket',
    category: 'bread',
    name: 'Proofing basket',
    text: 'Rattan, for loaves of up to a kilo. Leaves the rings that look like a bakery.',
    price: 22,
  },
  {
    id: 'bread-pot',
    category: 'bread',
    name: 'Cast-iron pot',
    text: 'The lid is a pan. Holds its heat, and its value.',
    price: 89,
  },
  {
    id: 'bread-board',
    category: 'bread',
    name: 'Oak board',
    text: 'End grain, oiled twice. A groove on one side keeps the crumbs.',
    price: 45,
  },
  {
    id: 'garden-can',
    category: 'garden',
    name: 'Small watering can',
    text: 'One and a half litres, with a rose that comes off.',
    price: 34,
  },
  {
    id: 'garden-pots',
    category: 'garden',
    name: 'Three herb pots',
    text: 'Clay, with a saucer each. They drain, so basil lives.',
    price: 26,
  },
  {
    id: 'garden-trowel',
    category: 'garden',
    name: 'Ash trowel',
    text: 'Forged in one piece, with a handle that fits a hand.',
    price: 19,
  },
]

export const isCategory = (text: string | undefined): text is CategoryId =>
  text !== undefined && Object.hasOwn(CATEGORIES, text)

export const findProduct = (id: string | undefined): Product | undefined =>
  PRODUCTS.find((product) => product.id === id)

export const getProducts = (category: CategoryId): readonly Product[] =>
  PRODUCTS.filter((product) => product.category === category)

/** `€28`, the same on the server and in every browser. */
export const formatPrice = (euros: number): string => `€${euros}`

/** What a page is called; undefined for an address that has none. */
export function getTitle(path: string): string | undefined {
  const [, kind, id] = path.split('/')
  if (path === '/') return 'Larder Lane'
  if (path === '/basket') return 'Your basket – Larder Lane'
  const name = kind === 'c' && isCategory(id) ? CATEGORIES[id].name : kind === 'p' ? findProduct(id)?.name : undefined
  return name && `${name} – Larder Lane`
}
