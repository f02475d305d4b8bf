import type { Experience, Variant } from '@unblink/protocol'
import { isInRange } from './isInRange.ts'

/**
 * The variant for a visitor: the one assigned before, if the experience still has it, or else the one whose range of the
 * line from 0 to 1 holds the visitor's bucket; undefined when that is none's. Coverage shortens every range from its end,
 * so widening it moves nobody from one variant to another. Without a visitor there is only what everyone gets.
 * Equal to GrowthBook's for weights that add up to 1.
 */
export const pickVariant = (
  {
    id,
    seed = id,
    variants,
    namespace,
    coverage = 1,
  }: Pick<Experience, 'id' | 'seed' | 'variants' | 'namespace' | 'coverage'>,
  visitor: string | undefined,
  assigned?: string,
): Variant | undefined => {
  const kept = variants.find((variant) => variant.id === assigned)
  const isOpen = namespace
    ? visitor && isInRange(`namespace:${namespace.id}${visitor}`, ...namespace.range)
    : visitor || !(variants[1] || coverage < 1)
  // Rounded because 0.1 + 0.2 + 0.7 is not quite 1, and shares of 1 must stay as they are written.
  const total = +variants.reduce((sum, { weight = 1 }) => sum + weight, 0).toFixed(9)
  let next = 0
  return (
    kept ??
    variants.find(({ weight = 1 }) => {
      const start = next
      next += weight / total
      return isOpen && isInRange(seed + visitor, start, start + (weight / total) * coverage)
    })
  )
}
