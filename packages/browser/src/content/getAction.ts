import type { Action } from '@unblink/protocol'

/** The page's own action of that name; undefined while it has given none. */
export function getAction(name: string): Action<Element> | undefined {
  const { actions = {}, queue } = window.unblink!
  // The queue is worked off only when all slots have been shown.
  const queued = queue.filter(([command, given]) => command === 'action' && given === name).pop()
  const run = queued ? queued[2] : Object.hasOwn(actions, name) && actions[name]
  return typeof run === 'function' ? (run as Action<Element>) : undefined
}
