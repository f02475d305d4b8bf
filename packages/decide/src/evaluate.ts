import type { Attributes, Condition } from '@unblink/protocol'
import { matches } from './matches.ts'
import type { EvaluateOptions } from './scope.ts'

/**
 * Whether attributes meet a condition: the Mongo-style language of GrowthBook, see
 * https://docs.growthbook.io/lib/build-your-own. Only own properties are read, and a missing path is null.
 *
 * Never throws. A condition that is malformed, or nested more than 32 deep, is false as a whole, also under `$not`.
 * An operator that is unknown, or a pattern that is invalid or longer than 256, is false by itself.
 */
export const evaluate = (condition: Condition, attributes: Attributes, options: EvaluateOptions = {}): boolean => {
  try {
    return matches(attributes, condition, options)
  } catch {
    return false
  }
}
