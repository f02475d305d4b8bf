import { parseConsent, type BootConfig, type BootSlot } from '@unblink/protocol'

/** What the snippet needs of a site config; both the config as it is written and as the server has read it have this shape. */
export interface SnippetSite {
  readonly keys: { readonly browser: string }
  /** What holds for a visitor who has not been asked. @default pending, for both purposes */
  readonly consent?: object | undefined
  readonly slots: Readonly<Record<string, BootSlot>>
}

export interface BootConfigOptions extends Pick<BootConfig, 'ask' | 'redirects' | 'manifest' | 'earlyClicks'> {
  /** Path or address of the server, without a trailing slash. @default '/u' */
  readonly base?: string | undefined
}

/** The snippet's configuration, from the file in which the site is declared: what both say is said once. */
export function getBootConfig(site: SnippetSite, { base = '/u', ...more }: BootConfigOptions = {}): BootConfig {
  return { key: site.keys.browser, base, consent: parseConsent(site.consent), slots: site.slots, ...more }
}
