import type { SlotName } from '@unblink/protocol'
import type { Snippet } from 'svelte'
import type { HTMLAttributes } from 'svelte/elements'

/** What `UnblinkSlot` takes; all else goes to the slot's element, for an island to the element around it. */
export interface UnblinkSlotProps extends HTMLAttributes<HTMLElement> {
  readonly name: SlotName
  /** Of that element. @default 'div' */
  readonly tag?: string
  /** Makes the slot an island, whose default is this HTML, always the same, instead of what stands inside. */
  readonly html?: string
  /** The default. */
  readonly children?: Snippet
}
