import type { AnyEvent } from '@unblink/protocol'
import { expect } from '@playwright/test'
import { setTimeout as sleep } from 'node:timers/promises'
import { script } from './faultPage.ts'
import { readBody, type FaultSite } from './faultSite.ts'
import type { Curtain } from './faultHidden.ts'

/** What the page's own watch told, with its monotonic clock: milliseconds since the page began. */
interface Told {
  readonly what: 'shown' | 'moved' | 'visible' | 'hidden' | 'scrolled' | 'left' | 'restored'
  readonly at: number
}

const MOVE_UNTIL_MS = 2_000
const IDLE_AFTER_MS = 5_000
const SCROLL_AT_MS = 20_000
const LEAVE_AT_MS = 23_000

/**
 * What the visitor does: moves the pointer for 2 s, scrolls the hero out of view after 20 s, leaves after 23 s and comes back a
 * second later. The page's own stop-watch tells when what came to be; it knows nothing of the SDK.
 */
const VISIT = `const tell = (what, at = performance.now()) => navigator.sendBeacon('tell', JSON.stringify({ what, at }))
  const mover = setInterval(() => {
    const at = performance.now()
    document.body.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, isPrimary: true, clientX: at / 10, clientY: 20 }))
    if (at < ${MOVE_UNTIL_MS}) return
    clearInterval(mover)
    tell('moved', at)
  }, 100)
  const look = () => { const slot = unblink.slots.hero; slot.shownAt ? tell('shown', slot.shownAt) : setTimeout(look, 20) }
  look()
  document.addEventListener('visibilitychange', () => tell(document.visibilityState))
  setTimeout(() => { addEventListener('scroll', () => tell('scrolled'), { once: true }); scrollTo(0, 2000) }, ${SCROLL_AT_MS})
  setTimeout(() => { tell('left'); location.href = 'away' }, ${LEAVE_AT_MS})
  addEventListener('pageshow', ({ persisted }) => persisted && tell('restored'))`

const AWAY = '<!doctype html><title>Away</title><script>setTimeout(() => history.back(), 1000)</script>'

type Stretch = readonly [from: number, to: number]

/** The stretches of the first view in which the tab was visible. */
function getVisible(told: readonly Told[], end: number): Stretch[] {
  const stretches: Stretch[] = []
  let since: number | undefined = 0
  for (const { what, at } of told) {
    if (at > end) break
    if (what === 'hidden' && since !== undefined) {
      stretches.push([since, at])
      since = undefined
    }
    if (what === 'visible') since ??= at
  }
  return since === undefined ? stretches : [...stretches, [since, end]]
}

/** The same time without overlaps: on a slow machine the visitor is back so late that it is nearly time to scroll. */
function join(stretches: readonly Stretch[]): Stretch[] {
  const joined: Stretch[] = []
  for (const [from, to] of [...stretches].sort(([a], [b]) => a - b)) {
    const last = joined.at(-1)
    if (last && from <= last[1]) joined[joined.length - 1] = [last[0], Math.max(last[1], to)]
    else joined.push([from, to])
  }
  return joined
}

/** Milliseconds that lie in one of both lists' stretches each; neither overlaps itself. */
const getOverlap = (some: readonly Stretch[], others: readonly Stretch[]) =>
  some
    .flatMap(([from, to]) => others.map(([start, end]) => Math.max(0, Math.min(to, end) - Math.max(from, start))))
    .reduce((a, b) => a + b, 0)

const HEAR_MS = 25_000

const within = (measured: number | undefined, expected: number, what: string) => {
  expect(measured, what).toBeGreaterThan(expected * 0.98)
  expect(measured, what).toBeLessThan(expected * 1.02)
}

/** Lets a visitor come, go to another tab, return, idle, scroll, leave and come back, and holds what was stored against a stop-watch. */
export async function expectRightTimes(faults: FaultSite, curtain: Curtain): Promise<void> {
  const told: Told[] = []
  const page = faults.open({
    after: `<style>body { min-height: 4000px }</style>${script(VISIT)}`,
    files: {
      tell: async ({ request, response }) => {
        told.push(JSON.parse(await readBody(request)) as Told)
        response.end()
      },
      away: ({ response }) => response.writeHead(200, { 'content-type': 'text/html' }).end(AWAY),
    },
  })
  const find = (what: Told['what'], after = 0) => told.find((one) => one.what === what && one.at > after)?.at
  const hear = async (what: Told['what'], after?: number) => {
    const heard = expect.poll(() => find(what, after), { message: `the page tells: ${what}`, timeout: HEAR_MS })
    await heard.toBeDefined()
    return find(what, after)!
  }
  await curtain.open(page.url)
  const shownAt = await hear('shown')
  await sleep(8_000)
  await curtain.hide()
  const hiddenAt = await hear('hidden')
  await sleep(3_000)
  await curtain.show()
  const backAt = await hear('visible', hiddenAt)
  const restoredAt = await hear('restored')
  await sleep(4_000)
  await curtain.hide()
  const isOfView = (kind: string) => {
    const view = page.events().find((event) => event.t === 'page_view' && event.p.kind === kind)?.pv
    return page.events().filter(({ pv }) => pv === view)
  }
  const getTimes = (events: readonly AnyEvent[]) =>
    events.flatMap((event) => (event.t === 'engagement' ? [event.p] : [])).sort((a, b) => b.rev - a.rev)[0]
  // What the page tells and what the SDK sends are requests of their own, in no order; and each view is told of more than once.
  const hiddenAgainAt = await hear('hidden', restoredAt)
  const [movedAt, scrolledAt, leftAt] = [await hear('moved'), await hear('scrolled'), await hear('left')]
  const visible = getVisible(
    [...told].sort((a, b) => a.at - b.at),
    leftAt,
  )
  const hearTimes = async (kind: string, visibleMs: number, what: string) => {
    const last = expect.poll(() => getTimes(isOfView(kind))?.visibleMs, { message: what, timeout: HEAR_MS })
    await last.toBeGreaterThan(visibleMs * 0.98)
    const times = getTimes(isOfView(kind))!
    within(times.visibleMs, visibleMs, what)
    return times
  }

  const first = await hearTimes('load', getOverlap(visible, [[0, leftAt]]), 'visible time of the first view')
  const active = join([
    [0, movedAt + IDLE_AFTER_MS],
    [backAt, backAt + IDLE_AFTER_MS],
    [scrolledAt, scrolledAt + IDLE_AFTER_MS],
  ])
  within(first.activeMs, getOverlap(visible, active), 'active time of the first view')
  const inView: Stretch[] = [[shownAt, scrolledAt]]
  const [heroMs, heroActiveMs] = first.slots?.['hero'] ?? []
  within(heroMs, getOverlap(visible, inView), 'visible time of the hero')
  expect(heroActiveMs).toBeLessThanOrEqual(first.activeMs)
  const second = await hearTimes('restore', hiddenAgainAt - restoredAt, 'visible time after the return')
  expect(second.activeMs).toBeLessThanOrEqual(second.visibleMs)
  expect(second.slots?.['hero'], 'the hero is out of view after the return').toBeUndefined()
}
