import { onGone } from '@unblink/page'
import type { Content } from '@unblink/protocol'
import { getAction } from './getAction.ts'
import type { Undo } from './undo.ts'
import { MISSING, warnOfAction } from './warnOfAction.ts'

/**
 * Runs an action of the page's own. Throws when there is none of that name, when it throws, and when it is not done by the
 * time it returns; the element then has the children that it had before, and the console tells the action's name.
 */
export function runAction(element: Element, name: string, { props = {} }: Content): Undo {
  const old = [...element.childNodes]
  const restore = () => element.replaceChildren(...old)
  const run = getAction(name)
  if (!run) {
    warnOfAction(name, MISSING)
    throw Error(name)
  }
  let undoOwn: unknown
  try {
    // A copy, since the content may be placed again.
    undoOwn = run(element, structuredClone(props))
    if ((undoOwn as Partial<PromiseLike<unknown>> | undefined)?.then)
      throw Error('It returned a promise, and no slot waits for one.')
  } catch (error) {
    warnOfAction(name, 'was not done, so its slot shows the default.', error)
    restore()
    throw error
  }
  if (typeof undoOwn !== 'function') return restore
  let isUndone = false
  const undo = () => {
    stop()
    if (isUndone) return
    isUndone = true
    try {
      ;(undoOwn as Undo)()
    } catch (error) {
      warnOfAction(name, 'could not be undone.', error)
    }
  }
  // Routers take slots away without a word.
  const stop = onGone(element, undo)
  return undo
}
