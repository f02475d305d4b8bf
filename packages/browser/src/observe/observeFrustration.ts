import { onEvent } from '@unblink/page'
import { nameTarget, scrubText, type Interaction } from '@unblink/protocol'
import { createBurst } from './createBurst.ts'
import { findSlot } from './findSlot.ts'
import type { ObserveContext } from './ObserveContext.ts'
import { whenNothingChanges } from './whenNothingChanges.ts'

/** What a visitor may expect something of: then nothing that happens may be right. Media have controls of their own. */
const LIVELY =
  'a,area,button,input,select,textarea,summary,label,option,video,audio,iframe,embed,object,[contenteditable],[tabindex],[role]'

/**
 * What goes wrong for the visitor: `rage` clicks anywhere; `dead` clicks in a slot, told a second later; and the start of a
 * form in a slot, which is the first half of giving it up. Never reads what was typed.
 */
export function observeFrustration({ track, getSlots }: ObserveContext): () => void {
  const started = new Set<EventTarget>()
  const isRage = createBurst()
  let stopWaiting = () => {}

  const tell = (kind: Interaction['kind'], target: Element, path: readonly EventTarget[]) => {
    const slot = findSlot(getSlots(), path)
    const { name, experience, variant } = slot ?? ({} as Record<string, undefined>)
    const interaction = { kind, target: scrubText(nameTarget(target)), slot: name, experience, variant }
    // JSON leaves out what is undefined.
    track({ t: 'interaction', p: interaction as Interaction })
  }
  const onClick = (event: MouseEvent) => {
    const { timeStamp, clientX, clientY, detail } = event
    const path = event.composedPath()
    const target = path[0]
    // A key or a script clicks without a count, and as often as it likes.
    if (!detail || !(target instanceof Element)) return
    if (isRage(timeStamp, clientX, clientY)) tell('rage', target, path)
    stopWaiting()
    if (!findSlot(getSlots(), path) || path.some((node) => node instanceof Element && node.matches(LIVELY))) return
    stopWaiting = whenNothingChanges(() => tell('dead', target, path))
  }
  const onInput = (event: Event) => {
    const path = event.composedPath()
    const form = path.find((node) => node instanceof HTMLFormElement)
    if (!form || started.has(form) || !findSlot(getSlots(), path)) return
    started.add(form)
    tell('form_start', form, path)
  }
  const undos = [onEvent('click', onClick), onEvent('input', onInput)]
  return () => {
    stopWaiting()
    undos.forEach((undo) => undo())
  }
}
