import { onHidden, onRestore, whenActivated } from '@unblink/page'
import { parseConsent, parseProfileReply, withPrivacyControl } from '@unblink/protocol'
import type { Boot, Consent, EventInput, NavigationKind } from '@unblink/protocol'
import { createTracker, type Tracker } from '@unblink/tracker'
import { createLate } from './createLate.ts'
import { createView } from './createView.ts'
import { decideTheRest } from './decideTheRest.ts'
import { getProfileMs } from './getProfileMs.ts'
import { getSeenSlots } from './getSeenSlots.ts'
import { forget, forgetDoubts, rememberDecisions, rememberRequest } from './memory.ts'
import { getTrafficSource } from './observe/getTrafficSource.ts'
import { observeEngagement } from './observe/observeEngagement.ts'
import { observeExposures } from './observe/observeExposures.ts'
import { observeInteractions } from './observe/observeInteractions.ts'
import { observePointer } from './observe/observePointer.ts'
import { observeScroll } from './observe/observeScroll.ts'
import { rotateSlots } from './rotateSlots.ts'
import { runCommands } from './runCommands.ts'
import { isOpen, type Settled } from './whenSettled.ts'

const OBSERVERS = [observeExposures, observeEngagement, observePointer, observeScroll, observeInteractions, rotateSlots]

/** The runtime at work. */
export interface Run {
  /** The page has another address within this document: its slots are hidden, asked for and counted as a new view. */
  readonly openRoute: () => void
  /** Stops all but what the snippet does by itself. */
  readonly stop: () => void
}

/**
 * Decides what the snippet could not, then, when every slot has been painted, watches and reports.
 * @param touch What the visitor did to make it begin early, if they did.
 */
export function run(boot: Boot<Element, ChildNode>, { settled, check, now }: Settled, touch: Event | undefined): Run {
  const obey = (asked: Consent) => withPrivacyControl(asked, navigator.globalPrivacyControl === true)
  let consent = obey(parseConsent(boot.consent, boot.analytics))
  const mayRemember = () => consent.personalization === 'granted'

  // First what a slot may be waiting for.
  const listeners = new Set<() => void>()
  const onShown = (callback: () => void) => {
    listeners.add(callback)
    return () => listeners.delete(callback)
  }
  const tellShown = () => listeners.forEach((callback) => callback())
  const late = createLate(boot, touch)
  const fade = async () => {
    if (await late.apply()) tellShown()
  }
  const takeReply = async () => {
    const { slots } = boot
    const reply = parseProfileReply(boot.reply)
    if (reply.ok && (await decideTheRest(boot, reply.value))) await fade()
    await settled
    if (boot.slots !== slots || !mayRemember()) return
    if (reply.ok) rememberDecisions(boot, reply.value, false)
    rememberRequest(boot, reply.ok ? getProfileMs(boot.base) : undefined)
  }
  /** Nothing waits for what a reply brings beyond the slots that are shown by now. */
  const onReply = async () => {
    if (!isOpen(boot)) await settled
    void takeReply()
  }
  let isHydrated = false
  const hydrate = () => {
    isHydrated = true
    for (const slot of Object.values(boot.slots)) slot.defer = false
    boot.decide([])
    void fade()
  }

  // Then everything else.
  let tracker: Tracker | undefined
  const track = async (event: EventInput) => !!(await tracker?.track(event))
  let closeView = () => {}
  const openView = (kind?: NavigationKind) => {
    closeView()
    const view = createView(kind)
    tracker?.setView(view)
    void track({
      t: 'page_view',
      p: { kind: view.kind, title: document.title, source: getTrafficSource(location, document.referrer) },
    })
    const getSlots = () => getSeenSlots(boot)
    const stops = OBSERVERS.map((observe) => observe({ track, view, getSlots, boot, onShown }))
    closeView = () => stops.forEach((stop) => stop())
  }
  const setConsent = (next: Partial<Consent>) => {
    consent = obey({ ...consent, ...next })
    const { personalization, analytics } = consent
    Object.assign(boot, {
      consent: personalization,
      analytics,
      source: JSON.stringify({ ...JSON.parse(boot.source), consent: personalization, analytics }),
    })
    if (!mayRemember()) forget()
    tracker?.setConsent(consent)
  }
  const watch = () => {
    if (tracker) return
    let isLearnt = false
    tracker = createTracker({ endpoint: boot.base + '/v1/e', key: boot.key, consent })
    tracker.onReply = ({ profile }) => {
      if (!profile || !mayRemember()) return
      isLearnt = true
      rememberDecisions(boot, profile, true)
    }
    if (consent.personalization === 'denied') forget()
    undos.push(
      // A prerendered page counts for nothing until it is shown; its commands wait for the view that they belong to.
      whenActivated(() => {
        openView()
        undos.push(runCommands(boot, { track, hydrate, setConsent }))
      }),
      onRestore(() => openView('restore')),
      onHidden(() => {
        if (isLearnt) forgetDoubts()
      }),
    )
  }

  const openRoute = () => {
    now()
    watch()
    // Only the first view's answer can have been prepared.
    delete (boot as { ask?: unknown }).ask
    // At once, so that the new route's slots can be caught before they are painted; the rest is not the router's to wait for.
    boot.open(true)
    if (isHydrated) hydrate()
    setTimeout(openView, 0, 'route')
  }
  const undos: (() => void)[] = [late.stop]
  boot.onChange = (slot) => {
    check()
    if (slot) tellShown()
    else void onReply()
  }
  const push = (boot.push = (...command: unknown[]): unknown => {
    if (command[0] === 'hydrated') return hydrate()
    // Whoever tracks wants to know when the event is durable. A prerendered page's commands wait all the same.
    watch()
    return boot.push === push ? boot.queue.push(command) : boot.push(...command)
  })
  if (boot.queue.some(([name]) => name === 'hydrated')) hydrate()
  if (boot.reply !== undefined) void onReply()
  void settled.then(watch)

  return {
    openRoute,
    stop() {
      undos.forEach((undo) => undo())
      closeView()
      tracker?.stop()
    },
  }
}
