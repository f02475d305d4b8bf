/** Which variant of an experiment a visitor was shown first, and when (epoch milliseconds). */
export interface Assignment {
  readonly variant: string
  readonly at: number
}
