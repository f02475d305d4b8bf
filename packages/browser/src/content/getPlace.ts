import { SlotState, type Boot, type BootSlotRecord, type Content } from '@unblink/protocol'
import type { Act, Undo } from './undo.ts'
import { act } from './act.ts'
import { getAction } from './getAction.ts'
import { isSimple } from './isSimple.ts'
import { MISSING, warnOfAction } from './warnOfAction.ts'
import { whenReady } from './whenReady.ts'

type Slot = BootSlotRecord<Element, ChildNode>

/** Contents that have been waited for, and whether they can be placed. */
const ready = new WeakMap<Content, boolean>()

/** Slots that wait for an action of the page's own, and its name. */
const lacking = new WeakMap<Slot, string>()

/** The first action of the page's own that a content needs and that is not there yet. */
const findLack = ({ more = [], ...content }: Content): string | undefined =>
  [content, ...more].find(({ action }) => action !== undefined && !getAction(action))?.action

/** Until the page gives another action, which may be the one. */
function waitForAction(boot: Boot<Element, ChildNode>, slot: Slot, name: string): void {
  if (!lacking.has(slot))
    setTimeout(() => {
      const missing = lacking.get(slot)
      if (missing !== undefined && slot.state === SlotState.baseline) warnOfAction(missing, MISSING)
    }, slot.deadlineMs)
  lacking.set(slot, name)
  boot.onAction = () => {
    for (const one of Object.values(boot.slots)) if (lacking.has(one)) one.defer = false
    boot.decide([])
  }
}

/**
 * What the snippet gets when it asks for `place`: nothing while a slot's content has to wait, for the slot's end, an image or
 * an action. Such a slot is put off until then; the others go on at once.
 * @param put The runtime's own `place`.
 * @param hurry See `leave`: what a page tells when it is left must be told before.
 */
export function getPlace(
  boot: Boot<Element, ChildNode>,
  put: (element: Element, content: Content, act: Act) => Undo,
  hurry: () => void,
): Boot<Element>['place'] {
  let isWaiting = false
  for (const slot of Object.values(boot.slots)) {
    const { state, element, decision, defer } = slot
    const content = decision?.content
    if (state > SlotState.hidden || !element || defer || !content) continue
    if (ready.has(content) || isSimple(element, content)) continue
    if (content.redirect) hurry()
    isWaiting = slot.defer = true
    const lack = findLack(content)
    if (lack !== undefined) {
      waitForAction(boot, slot, lack)
      continue
    }
    lacking.delete(slot)
    void whenReady(element, content)
      .then(
        () => true,
        () => false,
      )
      .then((isReady) => {
        ready.set(content, isReady)
        slot.defer = false
        boot.decide([])
      })
  }
  if (isWaiting) {
    queueMicrotask(() => boot.decide([]))
    return undefined
  }
  return (element, content) => {
    if (ready.get(content) === false) throw Error('place')
    put(element, content, act)
  }
}
