import { SlotState, type BootSlotRecord, type Content, type Decision, type Reason } from '@unblink/protocol'

/** What a framework is to render for one slot. The same object until something changes. */
export interface SlotSnapshot {
  /** The decision may still come: the slot is hidden, so whatever is rendered in it is not seen. */
  readonly isPending: boolean
  /** What was decided, whether it is shown or not; also for control and holdout, whose decision has no content. */
  readonly decision?: Decision | undefined
  /**
   * What the framework has to render instead of the slot's default: only ever a content with a `component`. Every other
   * content is placed in the slot's element without the framework, once it has said `ready()`.
   */
  readonly content?: Content | undefined
  /** The id of the variant that `content` is of. */
  readonly variant?: string | undefined
  /** Why it was decided so. */
  readonly reason?: Reason
}

/** On the server, while a page hydrates, and before its snippet has run. */
export const PENDING: SlotSnapshot = { isPending: true }
/** Nothing was decided in time, or the slot is none of the site's. */
export const DEFAULT: SlotSnapshot = { isPending: false }

type Facts = Pick<BootSlotRecord, 'state' | 'decision' | 'dismissed'>

/** Reads a slot's record: a component is on from its decision until it is dismissed, unless the default was shown before. */
export function toSnapshot({ state, decision, dismissed }: Facts): SlotSnapshot {
  if (!decision) return state < SlotState.applied ? PENDING : DEFAULT
  const { content, variant, reason } = decision
  const isOn = state <= SlotState.applied && !dismissed && content?.component !== undefined
  return { isPending: false, decision, reason, ...(isOn && { content, variant }) }
}
