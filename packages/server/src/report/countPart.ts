/** A visitor's part in an experience. */
export interface Part {
  /** The variant that they got first, and when: epoch milliseconds. */
  readonly variant: string
  readonly at: number
  /** They could see it at least once. */
  readonly saw: boolean
  /** They got another one as well. */
  readonly isSwitched: boolean
}

/** What a visitor got and did. Times are epoch milliseconds. */
export interface Visitor {
  /** By experience. */
  readonly parts: Map<string, Part>
  /** When each goal was reached last: was it after the exposure, then there was a conversion after it. */
  readonly goals: Map<string, number>
  isExposed: boolean
  /** When it was first known whether the holdout keeps them out. */
  held?: { readonly isOut: boolean; readonly at: number }
}

/** Another exposure of an experience, in whatever order they come. */
export function countPart(
  { parts }: Visitor,
  experience: string,
  { variant, at, saw }: Omit<Part, 'isSwitched'>,
): void {
  const known = parts.get(experience)
  if (!known) return void parts.set(experience, { variant, at, saw, isSwitched: false })
  const isSame = known.variant === variant
  const isFirst = at < known.at
  parts.set(experience, {
    variant: isFirst ? variant : known.variant,
    at: Math.min(at, known.at),
    saw: isSame ? saw || known.saw : isFirst ? saw : known.saw,
    isSwitched: known.isSwitched || !isSame,
  })
}
