import type { BootInput, EventInput } from '@unblink/protocol'

/** `window.unblinkGtm`: set by the template before it loads `unblink-boot.js` and `unblink-gtm.js`, or by the page itself. */
export interface GtmSettings {
  /** The snippet's configuration, for `unblink-boot.js`. Left out where the page has the snippet inline. */
  readonly boot?: BootInput
  /** Names of the data layers to read, all of them globals. What we push goes to the first. @default ['dataLayer'] */
  readonly layers?: readonly string[]
  /** Who answers for the visitor: Google's consent mode, as it is in the data layer, or only what Unblink itself is told. @default 'google' */
  readonly consent?: 'google' | 'own'
  /** Says in the console what is read and what is pushed. @default false */
  readonly debug?: boolean
  /** What was tracked while nobody listened, kept by `unblink-boot.js`. */
  readonly tracked?: EventInput[]
}

/** A data layer of our own, in which the template's consent tag speaks: it needs no permission for the site's. */
export const OWN_LAYER = 'unblinkLayer'
