import type { Content } from '@unblink/protocol'
import { act } from './content/act.ts'
import type { Act, Undo } from './content/undo.ts'

const DURATION_MS = 250

/** Changes the element, or throws when it cannot. What it returns may be how to undo more than the element's children. */
export type Put = (element: Element, content: Content, act: Act) => unknown

/**
 * Replaces the children of an element that the visitor can see, by a crossfade: a picture of the old content lies over the
 * new and fades. It takes no clicks, is not read aloud, and moves nothing; who prefers reduced motion gets a cut.
 * @param put The runtime's own `place`, so that it is not loaded twice.
 * @returns The old children; undefined, and nothing changed, when the content cannot be placed, or when it has another
 * height and the element is in view or above it: the page must not jump under the reader's eyes.
 */
export function crossfade(element: Element, content: Content, put: Put): ChildNode[] | undefined {
  if (!(element instanceof HTMLElement) || content.redirect) return undefined
  const { height, top } = element.getBoundingClientRect()
  const ghost = element.cloneNode(true) as HTMLElement
  const old = [...element.childNodes]
  let undo
  try {
    undo = put(element, content, act)
  } catch {
    return undefined // One that asks for what cannot be done leaves the default.
  }
  if (Math.abs(element.getBoundingClientRect().height - height) > 1 && top < innerHeight) {
    if (typeof undo === 'function') (undo as Undo)()
    else element.replaceChildren(...old)
    return undefined
  }
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches
  if (!isStill && top < innerHeight && document.visibilityState === 'visible') lay(ghost, element)
  return old
}

function lay(ghost: HTMLElement, element: HTMLElement): void {
  for (const node of [ghost, ...ghost.querySelectorAll('[id]')]) node.removeAttribute('id')
  ghost.removeAttribute('data-unblink')
  ghost.setAttribute('aria-hidden', 'true')
  ghost.inert = true
  const style = {
    position: 'absolute',
    inset: '0',
    margin: '0',
    'min-height': '0',
    'pointer-events': 'none',
    'z-index': '1',
  }
  for (const [name, value] of Object.entries(style)) ghost.style.setProperty(name, value, 'important')
  const { position } = element.style
  const isStatic = getComputedStyle(element).position === 'static'
  if (isStatic) element.style.position = 'relative'
  element.append(ghost)
  const clear = () => {
    ghost.remove()
    if (!isStatic) return
    element.style.position = position
    if (!element.getAttribute('style')) element.removeAttribute('style')
  }
  ghost
    .animate([{ opacity: 1 }, { opacity: 0 }], { duration: DURATION_MS, easing: 'ease-out' })
    .finished.then(clear, clear)
}
