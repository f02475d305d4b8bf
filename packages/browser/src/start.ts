import { onEvent, onHidden, onNavigate, onRestore, whenActivated } from '@unblink/page'
import { parseConsent, parseProfileReply, withPrivacyControl } from '@unblink/protocol'
import type { Consent, EventInput, NavigationKind } from '@unblink/protocol'
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
import { mustPlace } from './place.ts'
import { rotateSlots } from './rotateSlots.ts'
import { runCommands } from './runCommands.ts'
import { isOpen, whenSettled } from './whenSettled.ts'

const OBSERVERS = [observeExposures, observeEngagement, observePointer, observeScroll, observeInteractions, rotateSlots]

/**
 * Starts the runtime on what the snippet prepared: decides and places what the snippet could not, then, when every slot
 * has been painted, watches and reports. Does nothing without a snippet or beside another runtime.
 * @returns Stops everything and leaves no listener behind; events already tracked stay in their queue.
 */
export function start(): () => void {
  const boot = window.unblink
  if (!boot || boot.place) return () => {}

  const obey = (asked: Consent) => withPrivacyControl(asked, navigator.globalPrivacyControl === true)
  let consent = obey(parseConsent(boot.consent, boot.analytics))
  const mayRemember = () => consent.personalization === 'granted'

  // First what a slot may be waiting for. It runs before the first variant is painted, so there is little of it.
  const listeners = new Set<() => void>()
  const onShown = (callback: () => void) => {
    listeners.add(callback)
    return () => listeners.delete(callback)
  }
  const tellShown = () => listeners.forEach((callback) => callback())
  const late = createLate(boot)
  const fade = async () => {
    if (await late.apply()) tellShown()
  }
  const takeReply = async () => {
    const { slots } = boot
    const reply = parseProfileReply(boot.reply)
    if (reply.ok && (await decideTheRest(boot, reply.value))) await fade()
    await isSettled
    if (boot.slots !== slots || !mayRemember()) return
    if (reply.ok) rememberDecisions(boot, reply.value, false)
    rememberRequest(boot, reply.ok ? getProfileMs(boot.base) : undefined)
  }
  /** Nothing waits for what a reply brings beyond the slots that are shown by now. */
  const onReply = async () => {
    if (!isOpen(boot)) await isSettled
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

  let settle = () => {}
  const isSettled = new Promise<void>((resolve) => (settle = resolve))
  const settled = whenSettled(boot, () => {
    watch()
    settle()
  })
  const undos: (() => void)[] = [
    late.stop,
    onRoute(() => {
      settled.now()
      // Only the first view's answer can have been prepared.
      delete (boot as { ask?: unknown }).ask
      // At once, so that the new route's slots can be caught before they are painted; the rest is not the router's to wait for.
      boot.open(true)
      if (isHydrated) hydrate()
      setTimeout(openView, 0, 'route')
    }),
    // Who prints now gets the page as it is.
    onEvent('beforeprint', () => isOpen(boot) && boot.answer(null)),
  ]
  boot.place = mustPlace
  boot.onChange = (slot) => {
    settled.check()
    if (slot) tellShown()
    else void onReply()
  }
  const wait = boot.push
  const take = (...command: unknown[]): unknown => {
    if (command[0] === 'hydrated') return hydrate()
    // Whoever tracks wants to know when the event is durable.
    settled.now()
    return (boot.push === take ? wait : boot.push)(...command)
  }
  boot.push = take
  if (boot.queue.some(([name]) => name === 'hydrated')) hydrate()
  // The snippet may be waiting with a content that only we can place.
  else if (isOpen(boot) && Object.values(boot.slots).some(({ decision }) => decision)) boot.decide([])
  if (boot.reply !== undefined) void onReply()

  return () => {
    settled.stop()
    undos.forEach((undo) => undo())
    closeView()
    tracker?.stop()
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
