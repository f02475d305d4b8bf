export interface Bike {
  readonly name: string
  readonly kind: 'city' | 'cargo' | 'road'
  readonly about: string
  /** In euros. */
  readonly price: number
  readonly colour: string
}

export const BIKES: readonly Bike[] = [
  { name: 'Market Seven', kind: 'city', about: 'Seven gears, one basket.', price: 890, colour: '#c2413a' },
  { name: 'Long Crate', kind: 'cargo', about: 'Two children or one sofa.', price: 2450, colour: '#2f6f73' },
  { name: 'Early Train', kind: 'city', about: 'Folds in nine seconds.', price: 1190, colour: '#caa02c' },
  { name: 'Far Field', kind: 'road', about: 'Gravel, rain, Sunday.', price: 1640, colour: '#4a5a8c' },
]
