import { onEvent, onNavigate } from '@unblink/page'
import { getParts } from './getParts.ts'
import type { EarlyEvent } from './observe/ObserveContext.ts'
import type { Run } from './run.ts'
import { isOpen, whenSettled } from './whenSettled.ts'

/**
 * Starts the runtime on what the snippet prepared. Before the first variant has been painted it only stands by, because
 * each millisecond of script would hold that up: it begins when a slot needs it, the page calls it, the visitor touches
 * or leaves the page, or every slot has been painted. Does nothing without a snippet or beside another runtime.
 * @returns Stops everything and leaves no listener behind; events already tracked stay in their queue.
 */
export function start(): () => void {
  const boot = window.unblink
  // A stub that keeps commands, an element with that id, a snippet whose records would mean something else: not ours.
  if (boot?.v !== 1 || 'place' in boot) return () => {}

  const wait = boot.push
  const settled = whenSettled(boot)
  let running: Run | undefined
  const early: EarlyEvent[] = []
  // By a key, a script or assistive technology there is no pointer that announces them.
  const keep = (event: Event) => {
    early.push([event, event.composedPath()])
    settled.now(event)
  }
  const keeping = [onEvent('click', keep), onEvent('submit', keep)]
  // Until now the snippet has kept the clicks, as commands, and told of them where the page was left.
  delete boot.leave
  removeEventListener('click', wait as never, true)
  for (const command of boot.queue.splice(0)) {
    const [event] = command as [Event?]
    if (event?.target) early.push([event, getAncestors(event.target)])
    else boot.queue.push(command)
  }
  const takeEarly = () => {
    keeping.forEach((undo) => undo())
    return early.splice(0)
  }
  const begin = (touch?: Event) => (running ??= getParts().run(boot, settled, touch, takeEarly))
  const { slots } = boot
  const onChange = (boot.onChange = (slot?: unknown) => {
    // What neither the snippet nor the reply can decide is ours to decide.
    if (!slot && Object.values(boot.slots).some(({ decision }) => !decision)) begin()
    settled.check()
  })
  const undos = [
    onRoute(() => begin().openRoute()),
    // Who prints now gets the page as it is.
    onEvent('beforeprint', () => isOpen(boot) && boot.answer(null)),
  ]
  boot.push = (...command) => {
    begin()
    return boot.push(...command)
  }
  // The snippet may be waiting with a content that only we can place.
  Object.defineProperty(boot, 'place', { configurable: true, get: () => getParts().getPlace(boot, settled.now) })
  if (early[0] || boot.queue.some(([name]) => name === 'hydrated')) begin()
  else if (isOpen(boot) && Object.values(slots).some(({ decision }) => decision)) boot.decide([])
  if (boot.reply !== undefined) onChange()
  void settled.settled.then(begin)

  return () => {
    settled.stop()
    takeEarly()
    undos.forEach((undo) => undo())
    running?.stop()
    getParts().placeBaselines(boot)
    boot.push = wait
    boot.onChange = () => {}
    delete boot.place
  }
}

/** Another page within this document; a change of the fragment alone is none. */
function onRoute(callback: () => void): () => void {
  let page = location.pathname + location.search
  return onNavigate(() => {
    const next = location.pathname + location.search
    if (next === page) return
    page = next
    callback()
  })
}

/** The path of an event that is over; asked of the prototype, because a form's fields stand in for its own members. */
function getAncestors(node: EventTarget): EventTarget[] {
  const above = node instanceof Node && (Reflect.get(Node.prototype, 'parentNode', node) as Node | null)
  return above ? [node, ...getAncestors(above)] : [node]
}
