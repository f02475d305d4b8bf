import type { Content } from '@unblink/protocol'
import type { Undo } from './undo.ts'
import { change, type Changes } from './change.ts'
import { leave } from './leave.ts'
import { runAction } from './runAction.ts'
import { sanitise } from './sanitise.ts'
import { setSource } from './setSource.ts'
import { setStyle } from './setStyle.ts'
import { insert, BASIC_CHANGES } from './basicChanges.ts'

/** All that a content can ask for but `component`, which is the frameworks' to do. */
const CHANGES: Changes = {
  ...BASIC_CHANGES,
  html: (element, html: string, action) =>
    'setHTML' in element
      ? BASIC_CHANGES['html']!(element, html as never, action)
      : insert(element, sanitise(html), action),
  style: setStyle,
  src: (element, value: string) => setSource(element, 'src', value),
  srcset: (element, value: string) => setSource(element, 'srcset', value),
  remove(element, _, { target }) {
    const { parentNode, nextSibling } = element
    if (target === undefined || !parentNode) throw Error('remove')
    element.remove()
    return () => parentNode.insertBefore(element, nextSibling?.parentNode === parentNode ? nextSibling : null)
  },
  order(element, selectors: readonly string[]) {
    const old = [...element.childNodes]
    const found = selectors.flatMap((selector) => {
      const inner = element.querySelector(selector)
      return inner ? old.filter((child) => child.contains(inner)) : []
    })
    element.prepend(...new Set(found))
    return () => element.replaceChildren(...old)
  },
  redirect(element, address: string, action) {
    if (Object.keys(action).length > 1) throw Error('redirect')
    return leave(element, address)
  },
  action: runAction,
}

/** Carries out a content of any kind, or throws and has changed nothing: see `change`. */
export const act = (slot: Element, content: Content): Undo => change(slot, content, CHANGES)
