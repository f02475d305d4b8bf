import { onEvent, whenActivated } from '@unblink/page'
import type { Undo } from './undo.ts'
import { getDestination } from './getDestination.ts'

/** For so long at most the visitor waits until it is safe that they were counted. */
const MAX_WAIT_MS = 1_000
/** The slot is covered for so long; the engine ends it, should the other page never come. */
const COVER_MS = 5_000
/** Who is back at the page so soon after it was left for the same address has not come by themselves. */
const LOOP_MS = 10_000
const KEY = 'unblink.redirect'

const withoutHash = (address: string) => address.replace(/#.*/, '')

/** Whether the address has just sent the visitor back, by a redirect of its own: going there again would never end. */
function isLoop(to: URL, mayRemember: boolean): boolean {
  if (mayRemember)
    try {
      const [address, at] = JSON.parse(sessionStorage[KEY] as string) as [string, number]
      return address === to.href && Date.now() - at < LOOP_MS
    } catch {
      // Nothing kept, or refused.
    }
  // Who was sent on here by a page's script comes from there, and by its server from this page itself.
  const referrer = withoutHash(document.referrer)
  return !mayRemember && [to.href, location.href].some((address) => withoutHash(address) === referrer)
}

/**
 * Leaves for another address, in the place of this page: as soon as the slot's exposure is durable, or a second after the
 * visitor could see the page. Until then the slot is covered. Does nothing when the visitor is there already; throws when the
 * address is not allowed, has just sent the visitor back, or another slot is leading away.
 */
export function leave(element: Element, address: string): Undo {
  const boot = window.unblink!
  const { slots } = boot
  const to = getDestination(address, location.href, boot.redirects ?? [])
  if (!to) return () => {}
  const mayRemember = boot.consent === 'granted'
  if (boot.onTracked || isLoop(to, mayRemember)) throw Error('redirect')
  const still = { visibility: 'hidden', clipPath: 'inset(50%)' }
  const cover = element.animate([still, still], COVER_MS)
  const undos: Undo[] = []
  const stop = () => {
    undos.forEach((undo) => undo())
    delete boot.onTracked
  }
  const go = () => {
    stop()
    // The visitor has gone to another route by themselves.
    if (boot.slots !== slots) return cover.cancel()
    try {
      if (mayRemember) sessionStorage[KEY] = JSON.stringify([to.href, Date.now()])
    } catch {
      // Refused or full: then the address alone keeps it from going round.
    }
    location.replace(to)
  }
  boot.onTracked = ({ t, p }) => {
    if (t === 'exposure' && boot.slots[p.slot]?.element === element) go()
  }
  // A page that nobody has seen yet, in a tab behind others or prerendered, has not exposed anybody.
  const wait = () => {
    if (document.hidden || timer) return
    timer = setTimeout(go, MAX_WAIT_MS)
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  undos.push(onEvent('visibilitychange', wait), () => clearTimeout(timer))
  undos.push(whenActivated(wait))
  return () => {
    stop()
    cover.cancel()
  }
}
