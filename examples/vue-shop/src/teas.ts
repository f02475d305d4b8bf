export interface Tea {
  readonly name: string
  readonly kind: 'green' | 'black' | 'oolong'
  readonly taste: string
  /** In euros. */
  readonly price: number
  readonly colour: string
}

export const TEAS: readonly Tea[] = [
  { name: 'Morning Sencha', kind: 'green', taste: 'Cut grass, a little sea.', price: 14, colour: '#6f9a4b' },
  { name: 'Hillside Oolong', kind: 'oolong', taste: 'Orchid, warm milk.', price: 19, colour: '#b98a3e' },
  { name: 'Copper Kettle', kind: 'black', taste: 'Malt, honey, a long evening.', price: 12, colour: '#8a4a2f' },
  { name: 'Dragon Steps', kind: 'green', taste: 'Roasted chestnut.', price: 17, colour: '#88a35a' },
]
