import { createSlotStore, PENDING, type SlotSnapshot } from '@unblink/browser/store'
import type { SlotName } from '@unblink/protocol'

/**
 * What was decided for a slot, beside its element: its variant, say, or its content's props. Pending on the server and until
 * the component is mounted, so it changes nothing in what is hydrated; a slot that no element shows is no exposure. To be
 * called while a component is created: `const hero = useDecision('home.hero')`, then `hero.current.decision?.variant`.
 */
export function useDecision(name: SlotName): { readonly current: SlotSnapshot } {
  let snapshot = $state.raw(PENDING)
  $effect(() => {
    const store = createSlotStore(name)
    const read = () => {
      snapshot = store.getSnapshot()
    }
    read()
    return store.subscribe(read)
  })
  return {
    get current() {
      return snapshot
    },
  }
}
