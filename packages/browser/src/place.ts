import type { Boot, BootSlotRecord, Content } from '@unblink/protocol'
import { isSimple } from './content/isSimple.ts'
import { getSanitizer, removeNames } from './content/sanitizer.ts'
import type { Act, Undo } from './content/undo.ts'
import { loadMore } from './loadMore.ts'

/** For elements that show more than other children. */
const undos = new WeakMap<Element, Undo>()

/** What few contents need, once it is here. One for all slots of the page. */
let more: typeof import('./more.ts') | undefined

/** Carries out what is simple: see `isSimple`. */
function actSimply(element: Element, { text, html, template }: Content): Undo {
  const old = [...element.childNodes]
  if (html !== undefined) {
    element.setHTML!(html, getSanitizer())
    removeNames(element)
  } else
    element.replaceChildren(
      template === undefined
        ? text!
        : document.importNode((document.getElementById(template) as HTMLTemplateElement).content, true),
    )
  return () => element.replaceChildren(...old)
}

/** Takes away what was placed in an element, but for new children in the place of the old: a slot's record holds those. */
function takeBack(element: Element): void {
  undos.get(element)?.()
  undos.delete(element)
}

/**
 * Places a content, instead of what was placed in the element before: twice is as once. Throws when the content asks for
 * something that cannot be done; then the default is there.
 * @param act What can do more than the runtime itself, from whoever has it.
 * @returns Puts back what was there.
 */
export function place(element: Element, content: Content, act: Act = actSimply): Undo {
  takeBack(element)
  const undo = act(element, content)
  // A slot may rotate for hours, and the content before is of no use.
  if (!/^(text|html|template)$/.test(String(Object.keys(content)))) undos.set(element, undo)
  return undo
}

/**
 * What the snippet gets when it asks for `place`: nothing while a slot's content needs what is not here yet.
 * @param hurry Called when the page is about to be left: what is to be told of it must be told before.
 */
export function getPlace(boot: Boot<Element, ChildNode>, hurry: () => void): Boot<Element>['place'] {
  if (more) return more.getPlace(boot, place, hurry)
  const isAllSimple = Object.values(boot.slots).every(
    ({ element, decision }) => !element || !decision?.content || isSimple(element, decision.content),
  )
  if (isAllSimple) return place
  loadMore().then(
    (loaded) => {
      more = loaded
      boot.decide([])
    },
    () => {}, // Blocked, gone, no network: the deadline shows the baseline.
  )
  return undefined
}

/** Puts a slot's default back, if it shows anything else. */
export function placeBaseline({ element, baseline }: BootSlotRecord<Element, ChildNode>): void {
  if (!element || !baseline) return
  takeBack(element)
  element.replaceChildren(...baseline)
}

/** Puts every slot's default back. */
export const placeBaselines = ({ slots }: Boot<Element, ChildNode>): void => Object.values(slots).forEach(placeBaseline)
