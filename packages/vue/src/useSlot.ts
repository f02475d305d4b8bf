import { createSlotStore, PENDING, type SlotSnapshot, type SlotStore } from '@unblink/browser/store'
import type { SlotName } from '@unblink/protocol'
import { onActivated, onDeactivated, onMounted, onUnmounted, ref, shallowRef, watch, type Ref } from 'vue'

/** One slot, as a component sees it. */
export interface UsedSlot {
  /** `PENDING` on the server and until the component is mounted, so that both render the same. */
  readonly snapshot: Readonly<Ref<SlotSnapshot>>
  /** How often the slot has been opened anew: its element has to be a new one then. */
  readonly turn: Readonly<Ref<number>>
  /** Undefined until the component is mounted. */
  readonly getStore: () => SlotStore | undefined
}

/** Follows a slot while the component is mounted. Another name, and a return from `<KeepAlive>`, open it anew. */
export function useSlot(getName: () => SlotName): UsedSlot {
  const snapshot = shallowRef(PENDING)
  const turn = ref(0)
  let store: SlotStore | undefined
  let stop: (() => void) | undefined
  const close = () => {
    stop = void stop?.()
  }
  const open = () => {
    close()
    if (store) turn.value++
    const opened = (store = createSlotStore(getName()))
    const read = () => {
      snapshot.value = opened.getSnapshot()
    }
    stop = opened.subscribe(read)
    read()
  }
  onMounted(open)
  // Also called when it is mounted.
  onActivated(() => stop ?? open())
  onDeactivated(close)
  onUnmounted(close)
  watch(getName, open)
  return { snapshot, turn, getStore: () => store }
}
