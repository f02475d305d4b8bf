/**
 * Calls back with the new address after each change of it that keeps the document: a route, a fragment, back and forward.
 * Several changes in one task count as one, and a change that is taken back at once as none. It fires when the address
 * has been committed, not when the router's loading is done: what the visitor does meanwhile belongs to the new view.
 * Runs in a microtask, so nothing of ours can throw into the router; callers put heavy work off further.
 * @returns Stops, and puts `history` back as it was.
 */
export function onNavigate(callback: (href: string) => void): () => void {
  let href: string | undefined = location.href
  const check = () =>
    queueMicrotask(() => {
      if (href === undefined || href === location.href) return
      href = location.href
      callback(href)
    })
  const undo = typeof navigation === 'object' ? onCurrentEntry(check) : onHistory(check)
  return () => {
    href = undefined
    undo()
  }
}

/** https://html.spec.whatwg.org/multipage/nav-history-apis.html#navigation-api: Chrome 102, Safari 26.2, Firefox 147. */
function onCurrentEntry(check: () => void): () => void {
  navigation.addEventListener('currententrychange', check)
  return () => navigation.removeEventListener('currententrychange', check)
}

/** Elsewhere nothing tells of `pushState`, so it is wrapped. */
function onHistory(check: () => void): () => void {
  const undos = (['pushState', 'replaceState'] as const).map((name) => {
    const isOwn = Object.prototype.hasOwnProperty.call(history, name)
    const original = history[name]
    const wrapped: History['pushState'] = function (this: History, ...values) {
      original.apply(this, values)
      check()
    }
    history[name] = wrapped
    return () => {
      // Someone may have wrapped it after us: then ours stays in their chain, where it only passes on.
      if (history[name] !== wrapped) return
      if (isOwn) history[name] = original
      else delete (history as Partial<History>)[name]
    }
  })
  addEventListener('popstate', check)
  return () => {
    removeEventListener('popstate', check)
    undos.forEach((undo) => undo())
  }
}
