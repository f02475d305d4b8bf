import type { SlotSnapshot } from '@unblink/browser/store'
import type { SlotName } from '@unblink/protocol'
import { toValue, type MaybeRefOrGetter, type Ref } from 'vue'
import { useSlot } from './useSlot.ts'

/**
 * What was decided for a slot, beside its element: its variant, say, or its content's props. Pending on the server and until
 * the component is mounted, so it changes nothing in what is hydrated; a slot that no element shows is no exposure.
 */
export const useDecision = (name: MaybeRefOrGetter<SlotName>): Readonly<Ref<SlotSnapshot>> =>
  useSlot(() => toValue(name)).snapshot
