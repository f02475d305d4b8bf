import type { Content } from '@unblink/protocol'
import type { Undo } from './undo.ts'

/**
 * Carries out one member of a content. Throws when that cannot be done, and has then changed nothing.
 * @param action The content that the member is of.
 */
export type Change = (element: Element, value: never, action: Content) => Undo

/** The members of a content that can be carried out, by name. */
export type Changes = Readonly<Record<string, Change>>

/**
 * What no content may touch: what runs, loads or restyles by what it holds, and what has no children to be seen. A script
 * without text runs the text that it gets (https://html.spec.whatwg.org/#prepare-the-script-element).
 */
const UNTOUCHABLE = /^(script|style|link|base|meta|title|i?frame|frameset|object|embed|noscript|template|use)$/

/** Members that say where or how, not what. */
const BESIDE = ['target', 'place', 'props', 'more']

/**
 * Carries out a content, and what `more` adds, from first to last: a later action finds what an earlier one has brought. All of
 * it or nothing: throws when one cannot be done, after undoing those before it.
 * @param slot The slot's element, which is the target of actions that name none.
 * @returns Puts the default back, as far as the page has left it where it was.
 */
export function change(slot: Element, { more = [], ...content }: Content, changes: Changes): Undo {
  const undos: Undo[] = []
  const undo = () =>
    undos
      .splice(0)
      .reverse()
      .forEach((one) => one())
  try {
    for (const action of [content, ...more]) {
      const { target } = action
      const element = target === undefined ? slot : slot.querySelector(target)
      for (const [name, value] of Object.entries(action)) {
        if (BESIDE.includes(name)) continue
        if (!element || UNTOUCHABLE.test(element.localName) || !Object.hasOwn(changes, name)) throw Error(name)
        undos.push(changes[name]!(element, value as never, action))
      }
    }
  } catch (error) {
    undo()
    throw error
  }
  return undo
}
