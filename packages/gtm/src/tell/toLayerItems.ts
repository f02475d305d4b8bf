import type { EventInput } from '@unblink/protocol'

/** What we push to the data layer. */
export interface LayerItem {
  readonly event: string
  readonly [name: string]: unknown
}

/**
 * GTM merges what is pushed under a name into what was there before, so what an event may be without is pushed as undefined:
 * else a tag would read it from the event before.
 */
const NOTHING = {
  slot: undefined,
  experience: undefined,
  variant: undefined,
  outcome: undefined,
  index: undefined,
  value: undefined,
  currency: undefined,
}

/**
 * An event that was tracked, for the data layer: as `unblink.<type>`, and an exposure whose variant or control was really
 * shown also as GA4's `experience_impression`
 * (https://developers.google.com/analytics/devguides/collection/ga4/integration): tool, experience and variant in
 * `exp_variant_string`, joined by hyphens. Ids may hold hyphens themselves; the parts are beside it. Nothing for events that
 * come by the hundred, or from the data layer itself.
 */
export function toLayerItems({ t, p }: EventInput): readonly LayerItem[] {
  if (!/^(exposure|impression|interaction|rotation|conversion)$/.test(t)) return []
  const unblink = { ...NOTHING, ...p }
  const items: LayerItem[] = [{ event: `unblink.${t}`, unblink }]
  const { experience, variant, outcome } = unblink as { experience?: string; variant?: string; outcome?: string }
  if (experience && variant && /^(variant|late|control)$/.test(outcome!))
    items.push({ event: 'experience_impression', exp_variant_string: `UNBLINK-${experience}-${variant}`, unblink })
  return items
}
