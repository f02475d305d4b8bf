/** How the demonstration is set, by the page's query or by the cookies that an earlier one has left. */
export interface ShopSwitch {
  /** What starts Unblink: the container's tag, or the snippet in the page's head. */
  readonly start: 'gtm' | 'head'
  /** What the visitor has answered. */
  readonly consent: 'ask' | 'granted' | 'denied'
  /** The late policy of the hero, as the tag's fields say it. */
  readonly late: 'fade' | 'keep' | 'next'
  /** One container, an agency's beside it, or none. */
  readonly gtm: 'one' | 'two' | 'none'
  /** Whether somebody has put Unblink's scripts into the page, too. */
  readonly sdk: 'one' | 'two'
}

const CHOICES: { readonly [Name in keyof ShopSwitch]: readonly ShopSwitch[Name][] } = {
  start: ['gtm', 'head'],
  consent: ['ask', 'granted', 'denied'],
  late: ['fade', 'keep', 'next'],
  gtm: ['one', 'two', 'none'],
  sdk: ['one', 'two'],
}

/** @param read The wish of that name, if there is one; whatever makes no sense counts as none. */
export function readShopSwitch(read: (name: string) => string | undefined): ShopSwitch {
  const pick = <T extends string>(name: string, choices: readonly T[]): T =>
    choices.find((choice) => choice === read(name)) ?? choices[0]!
  return {
    start: pick('start', CHOICES.start),
    consent: pick('consent', CHOICES.consent),
    late: pick('late', CHOICES.late),
    gtm: pick('gtm', CHOICES.gtm),
    sdk: pick('sdk', CHOICES.sdk),
  }
}
