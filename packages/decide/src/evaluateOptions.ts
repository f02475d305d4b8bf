import type { Json } from '@unblink/protocol'

/** What a condition may refer to besides the attributes. */
export interface EvaluateOptions {
  /** Lists that `$inGroup` and `$notInGroup` name. A name that is missing here is an empty list. */
  readonly groups?: Readonly<Record<string, readonly Json[]>> | undefined
  /** Called with each operator met that this version does not know; the operator itself is false. */
  readonly onUnknown?: ((operator: string) => void) | undefined
}
