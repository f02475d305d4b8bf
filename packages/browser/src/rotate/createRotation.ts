import { MAX_ROTATION_MS, MIN_ROTATION_MS, type Content, type Rotation } from '@unblink/protocol'
import { createControl } from './createControl.ts'
import { createTurns, Halt, type TurnCause } from './createTurns.ts'

/** How much of the slot has to be in view: a change that is only glimpsed disturbs, and tells nothing. */
const MIN_SHARE = 0.5

/** Whether it is what a crossfade lays over the content: inert, and nobody's content. */
const isPicture = (node: Node) => (node as HTMLElement).inert

/**
 * Elements that have rotated, with the content that they show: a page that comes back from the back/forward cache goes on
 * where it was. A shadow root cannot be taken away again; the empty one shows what the element would without.
 */
const known = new WeakMap<Element, { readonly root: ShadowRoot; index: number }>()

/**
 * Lets a slot go from content to content, and gives it the buttons to pause and to go on (WCAG 2.2.2). Whoever else replaces
 * the slot's children, or removes the slot, ends it. Throws for an element that cannot hold the buttons: one that may not have
 * a shadow root (a list, a link), has one, may want one when it is defined, or is no box.
 * @param content The one that is shown.
 * @returns Ends it; the content shown stays.
 */
export function createRotation(
  element: HTMLElement,
  content: Content,
  { everyMs, contents, labels = {} }: Rotation,
  fade: (element: Element, content: Content) => unknown,
  onTurn: (index: number, cause: TurnCause, shownMs: number) => void,
): () => void {
  if (element.localName.includes('-') || getComputedStyle(element).display === 'contents') throw TypeError()
  const kept = known.get(element) ?? { root: element.attachShadow({ mode: 'open' }), index: 0 }
  const { root } = kept
  if (!root.firstChild) root.append(document.createElement('slot'))
  known.set(element, kept)

  const getChildren = () => [...element.childNodes].filter((node) => !isPicture(node))
  let children = getChildren()
  const { ariaLive } = element
  const stillness = matchMedia('(prefers-reduced-motion: reduce)')
  const stopping = new AbortController()

  const control = createControl(
    root,
    labels,
    () => {
      const isPaused = halts.has(Halt.paused)
      // Who starts it with the pointer or the focus on the button wants it to go on there.
      if (isPaused) for (const reason of [Halt.over, Halt.focused]) halt(reason, false)
      halt(Halt.paused, !isPaused)
    },
    () => {
      halt(Halt.paused, true)
      turn('hand')
    },
  )
  const { halts, halt, turn } = createTurns(
    kept.index,
    contents.length + 1,
    // A reply may come from anywhere, and a timer without a sound time fires at once.
    Math.min(Math.max(everyMs || 0, MIN_ROTATION_MS), MAX_ROTATION_MS),
    (index, cause, shownMs) => {
      // Of a crossfade that is not over yet, the next one would take a picture of the picture.
      ;[...element.children].find(isPicture)?.remove()
      try {
        if (!fade(element, contents[index - 1] ?? content)) return false
      } catch {
        return false // What cannot be placed is passed over.
      }
      children = getChildren()
      kept.index = index
      onTurn(index, cause, shownMs)
      return true
    },
    () => {
      control.draw(halts.has(Halt.paused), halts.has(Halt.still))
      // Nobody is read to what they did not ask for; what they ask for is read to them.
      element.ariaLive = halts.size ? 'polite' : 'off'
    },
  )

  const stop = () => {
    stopping.abort()
    inView.disconnect()
    changes.disconnect()
    halt(Halt.away, true)
    control.remove()
    element.ariaLive = ariaLive
  }
  const inView = new IntersectionObserver(
    (entries) => {
      if (element.isConnected) halt(Halt.away, entries.pop()!.intersectionRatio < MIN_SHARE)
      else stop()
    },
    { threshold: MIN_SHARE },
  )
  const changes = new MutationObserver(() => {
    const now = getChildren()
    if (now.length !== children.length || now.some((node, index) => node !== children[index])) stop()
  })
  const on = (target: EventTarget, type: string, callback: (event: Event) => void) =>
    target.addEventListener(type, callback, { capture: true, signal: stopping.signal })

  on(element, 'pointerover', () => halt(Halt.over, true))
  // From one part of the content to another, the next `pointerover` follows at once.
  on(element, 'pointerout', () => halt(Halt.over, false))
  on(element, 'pointerdown', (event) => control.isSource(event) || halt(Halt.paused, true))
  on(element, 'focusin', (event) => halt(control.isSource(event) ? Halt.focused : Halt.paused, true))
  on(element, 'focusout', () => {
    // It does not begin again behind the back of who has just been here.
    if (halts.has(Halt.focused)) halt(Halt.paused, true)
    halt(Halt.focused, false)
  })
  const check = () => {
    halt(Halt.hidden, document.hidden)
    halt(Halt.still, stillness.matches)
  }
  on(document, 'visibilitychange', check)
  on(stillness, 'change', check)
  check()
  halt(Halt.over, element.matches(':hover'))
  halt(Halt.paused, element.contains(document.activeElement))
  changes.observe(element, { childList: true })
  inView.observe(element)
  return stop
}
