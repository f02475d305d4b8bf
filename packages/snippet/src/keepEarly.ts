import { getTelling } from './getTelling.ts'

/**
 * Tells the collector what was clicked, sent and pushed in a page that is left before the runtime has come: when the page is
 * hidden or left. Ends when the runtime comes, which takes over what has not been told. Does nothing without a snippet; never
 * throws. Every page pays for what is done here, hardly one needs what it leads to, so that is made by the first who asks.
 */
export function keepEarly(): void {
  const boot = self.unblink
  if (!boot || boot.leave) return
  const url = document.URL
  let leave: (() => void) | undefined
  boot.leave = () => {
    leave = leave || getTelling().createLeave(boot, url)
    leave()
  }
  const onEarly = (event: Event) => {
    const { type } = event
    if (!boot.leave) return
    // Clicks are the snippet's to keep.
    if (type === 'submit') boot.queue.push([event])
    // WebKit fires no `pagehide` in a page that is left before its `load`, so there it is told at once.
    const isLast = /Apple/.test(navigator.vendor) && document.readyState !== 'complete'
    if (isLast || type === 'pagehide' || document.hidden) boot.leave()
  }
  // Before the page can stop them; that it is hidden after the page's own listeners, which may have something to tell.
  for (const type of ['click', 'submit', 'pagehide', 'visibilitychange']) addEventListener(type, onEarly, type < 't')
}
