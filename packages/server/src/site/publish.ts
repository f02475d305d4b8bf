import type { Manifest } from '@unblink/protocol'
import { createManifest } from './createManifest.ts'
import { readCondition } from './readCondition.ts'
import type { Site } from './site.ts'

/** One state of a site's rules, made at once and never changed: whoever answers a request holds on to one of them. */
export interface Publication {
  readonly site: Site
  /** What pages get. */
  readonly manifest: Manifest
  /**
   * What the server decides with: audiences as they are declared, and no experience that waits for a trigger, since that
   * fires in the page. Caps are counted there, too: without counts, nothing is capped.
   */
  readonly rules: Manifest
  /** Ids of the audiences that use operators of the site's own. */
  readonly custom: readonly string[]
  /** Slots on which the page may come to show something else than what is decided. */
  readonly openSlots: ReadonlySet<string>
  /** Whether a trigger waits for a number of visits or views, or for a cart: every page has to count for it. */
  readonly isCounting: boolean
}

const COUNTED = ['visit', 'view', 'categoryViews', 'cartAbandonedMs']

export function publish(site: Site): Publication {
  const manifest = createManifest(site)
  const own = Object.keys(site.operators).map((name) => `$${name}`)
  return {
    site,
    manifest,
    rules: {
      ...manifest,
      audiences: site.audiences,
      groups: site.groups,
      experiences: site.experiences.filter(({ when }) => !when),
    },
    custom: Object.keys(site.audiences).filter((id) => {
      const { operators } = readCondition(site.audiences[id])
      return own.some((name) => operators.has(name))
    }),
    isCounting: site.experiences.some(({ when = [] }) =>
      [when].flat().some((trigger) => COUNTED.some((name) => name in trigger)),
    ),
    openSlots: new Set(site.experiences.filter(({ when, cap }) => when ?? cap).map(({ slot }) => slot)),
  }
}
