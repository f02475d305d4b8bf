import { parse } from 'hono/utils/cookie'
import { getOwn, type Decision } from '@unblink/protocol'
import type { Site } from '../site/site.ts'
import { parsePreviewToken } from './previewToken.ts'

export const PREVIEW_COOKIE = 'ub_o'

/**
 * The decisions that a preview's cookie forces, for every slot in it whose experience and variant the site still has. They
 * name neither, so that nothing which the page or the collector counts can be put down to them.
 */
export function readOverrides(site: Site, cookies: string | null | undefined, now: number): readonly Decision[] {
  const token = cookies ? parse(cookies, PREVIEW_COOKIE)[PREVIEW_COOKIE] : undefined
  const preview = token && site.keys.server ? parsePreviewToken(token, site.id, site.keys.server, now) : undefined
  if (!preview) return []
  return site.experiences.flatMap(({ id, slot, variants }): Decision[] => {
    const shown = getOwn(preview.show, slot) as { experience: string; variant: string } | undefined
    const variant = shown?.experience === id && variants.find((one) => one.id === shown.variant)
    if (!variant) return []
    const { id: _id, weight: _weight, ...content } = variant
    return [{ slot, ...content, reason: 'override' }]
  })
}
