import type { Attributes, Condition } from '@unblink/protocol'
import { createMatcher } from './createMatcher.ts'
import type { EvaluateOptions } from './evaluateOptions.ts'

/**
 * Whether attributes meet a condition: the Mongo-style language of GrowthBook, see
 * https://docs.growthbook.io/lib/build-your-own. Only own properties are read, and a missing path is null.
 *
 * Never throws. A condition that is malformed (an invalid pattern is, too), or nested more than 32 deep, is false as a
 * whole, also under `$not`. An operator that is unknown, or a pattern longer than 256, is false by itself.
 */
export const evaluate = (
  condition: Condition,
  attributes: Attributes,
  { groups, onUnknown }: EvaluateOptions = {},
): boolean => {
  try {
    return createMatcher(attributes, groups, onUnknown)(attributes, condition)
  } catch {
    return false
  }
}
