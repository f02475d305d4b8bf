import { SlotState, type Boot, type Content } from '@unblink/protocol'
import type { Act, Undo } from './undo.ts'
import { act } from './act.ts'
import { isSimple } from './isSimple.ts'
import { whenReady } from './whenReady.ts'

/** Contents that have been waited for, and whether they can be placed. */
const ready = new WeakMap<Content, boolean>()

/**
 * What the snippet gets when it asks for `place`: nothing while a slot's content has to wait, for the slot's end or for an image.
 * Such a slot is put off until then; the others go on at once.
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
