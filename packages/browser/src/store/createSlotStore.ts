import { DEFAULT_DEADLINE_MS, SlotState, type Content } from '@unblink/protocol'
import { holdSlot, releaseSlot } from './holdSlot.ts'
import { DEFAULT, PENDING, toSnapshot, type SlotSnapshot } from './toSnapshot.ts'
import { getBootWatch, isLeaving, type BootWatch, type Slot } from './watchBoot.ts'

/** One mounted slot's view of what was decided: the shape that `useSyncExternalStore` and its like take. */
export interface SlotStore {
  /** Calls back after each change that may have changed the snapshot. @returns Ends that. */
  readonly subscribe: (listener: () => void) => () => void
  readonly getSnapshot: () => SlotSnapshot
  /**
   * To be called after each render of the snapshot that `getSnapshot` gives now, when the nodes are in the document: what
   * it asks for is there, and the framework will not compare the slot's nodes with anything any more. The slot is then
   * shown; contents without a component are placed first, and placed again where the framework has made the slot anew
   * within a view. Calls that have nothing to do do nothing. Never throws.
   * @param element The slot's element, as it is mounted now.
   * @param isRendered False: the app has no such component, or it threw. The default is then shown at once, and told as an
   * error. @default true
   */
  readonly ready: (element: Element, isRendered?: boolean) => void
}

/** A framework that makes a slot anew for ever is left its way: so often is a content placed in one slot and view. */
const MAX_PLACED_AGAIN = 10
const placedAgain = new WeakMap<Slot, number>()
const isShown = ({ state }: Slot) => state >= SlotState.applied
/** Fills the slot and does nothing else, so its nodes are all there is of it. */
const isOnlyNodes = (content: Content) => /^(text|html|template)$/.test(String(Object.keys(content)))

/** What a slot shows goes on in the element that has come instead of the one that showed it. */
function follow({ boot }: BootWatch, name: string, slot: Slot, element: Element): void {
  const { element: old, baseline, decision, dismissed } = slot
  if (old === element || old?.isConnected) return
  const content = decision?.content
  const children = [...element.childNodes]
  // What is told of the slot, and what a next view finds shown, is of the element that is here.
  slot.element = element
  if (!content || !baseline || dismissed) return
  if (!content.component) {
    const count = (placedAgain.get(slot) ?? 0) + 1
    placedAgain.set(slot, count)
    if (count > MAX_PLACED_AGAIN) {
      if (count === MAX_PLACED_AGAIN + 1)
        console.warn(
          `[unblink] Slot "${name}" is made anew again and again, so its default stays. Give it, and what is around it, a key that does not change.`,
        )
      return
    }
    try {
      // The nodes that were shown: with them, nothing has to be parsed or decoded again.
      if (old && isOnlyNodes(content)) element.replaceChildren(...old.childNodes)
      else if (boot.place) boot.place(element, content)
      else return
    } catch {
      return // What cannot be placed here leaves the default.
    }
  }
  slot.baseline = children
}

/** Has the snippet show a slot as if its decision had this content, or none. */
function settle(watch: BootWatch, slot: Slot, content?: Content): void {
  const { decision } = slot
  const { content: _, ...empty } = decision!
  watch.isMuted = true
  slot.decision = content ? { ...empty, content } : empty
  watch.boot.decide([])
  slot.decision = decision
  watch.isMuted = false
  watch.tell()
}

/** Shows a slot whose content the framework has rendered: for the snippet it is one without content, in place already. */
function show(watch: BootWatch, slot: Slot): void {
  const { element } = slot
  if (!element || slot.baseline) return
  // Also what the slot falls back to when it is dismissed: the framework then renders the default in these same nodes.
  slot.baseline = [...element.childNodes]
  const images = [...element.querySelectorAll('img')].map((image) => image.decode())
  // An image that is not decoded would be a blank box in the first frame; the deadline ends the wait.
  void Promise.allSettled(images).then(() => {
    if (!isShown(slot)) settle(watch, slot)
  })
}

/** The default is shown: a content that asks for nothing cannot be carried out, which the snippet takes for an error. */
function refuse(watch: BootWatch, slot: Slot): void {
  releaseSlot(slot)
  // From a component that has thrown before its images were there.
  delete slot.baseline
  settle(watch, slot, {})
}

/**
 * A slot whose time was over before there was one in the page: nobody has seen its default, so what was decided
 * meanwhile can still be shown without a blink. It gets a deadline of its own, from now on.
 */
function revive({ boot, old, startedAt }: BootWatch, name: string): void {
  const slot = boot.slots[name]
  if (!slot?.decision?.content || slot.state !== SlotState.baseline || slot.cause !== 'timeout' || slot.element) return
  const inPage = [...document.querySelectorAll(slot.selector!)]
  // Hydrated, or shown twice: then somebody has. The page before may still be there, with its own.
  if (inPage.some((element) => element !== old[name]?.element)) return
  const { deadlineMs = DEFAULT_DEADLINE_MS } = slot
  slot.state = SlotState.declared
  slot.cause = undefined
  slot.deadlineMs = performance.now() - startedAt + deadlineMs
  setTimeout(() => {
    if (!isShown(slot)) slot.deadlineMs = 0
    boot.decide([])
  }, deadlineMs)
}

/**
 * Opens a slot for one mounted component. What it shows when a later view begins stays, as any other element does that a
 * route change leaves in place: mount it anew (a `key` of the route) to have it decided anew. A store whose `ready` is
 * never called has no element, and tells of whatever view is open. Without a snippet in the page every slot shows its
 * default.
 * @param name The slot's name in the site's configuration.
 */
export function createSlotStore(name: string): SlotStore {
  const watch = getBootWatch()
  if (watch) revive(watch, name)
  let mounted: Element | undefined
  /** The view that the mounted element is of. */
  let own = 0
  let snapshot = PENDING
  /** An element of an older view is of this one, too, if the snippet takes it for one: it came with the address. */
  const isOfThisView = ({ boot, view }: BootWatch) => {
    if (mounted && own !== view && boot.slots[name]?.element === mounted) own = view
    return !mounted || own === view
  }
  const getSnapshot = () => {
    const watch = getBootWatch()
    if (watch && (watch.isMuted || isLeaving(watch) || !isOfThisView(watch))) return snapshot
    const slot = watch?.boot.slots[name]
    const next = slot ? toSnapshot(slot) : DEFAULT
    // Records change, decisions never do: so what counts of them is compared.
    const isSame =
      next.isPending === snapshot.isPending && next.decision === snapshot.decision && next.content === snapshot.content
    return isSame ? snapshot : (snapshot = next)
  }
  return {
    subscribe(listener) {
      const listeners = getBootWatch()?.listeners
      listeners?.add(listener)
      return () => listeners?.delete(listener)
    },
    getSnapshot,
    ready(element, isRendered = true) {
      const watch = getBootWatch()
      const slot = watch?.boot.slots[name]
      if (!watch || !slot) return
      if (mounted !== element) {
        mounted = element
        own = watch.view
      }
      if (isLeaving(watch) || !isOfThisView(watch)) return
      const { boot } = watch
      const { decision, defer } = slot
      const { content } = getSnapshot()
      if (isShown(slot)) {
        // Default for want of time: a late policy may place what comes after all, now that the framework is ready.
        if (!decision?.content?.component) releaseSlot(slot)
        if (defer && !slot.defer && decision?.variant && slot.cause && slot.late === 'fade') boot.push('hydrated')
        follow(watch, name, slot, element)
      } else if (!decision) holdSlot(slot)
      else if (content) {
        holdSlot(slot)
        // It may have been rendered in this very task, before the snippet could see it.
        boot.decide([])
        if (isRendered) show(watch, slot)
        else refuse(watch, slot)
      } else {
        releaseSlot(slot)
        boot.decide([])
      }
    },
  }
}
