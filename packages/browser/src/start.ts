import { onHidden, onNavigate, onRestore, whenActivated } from '@unblink/page'
import { parseProfileReply, withPrivacyControl, type EventInput, type NavigationKind } from '@unblink/protocol'
import { createTracker } from '@unblink/tracker'
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
import { place } from './place.ts'
import { runCommands } from './runCommands.ts'

const OBSERVERS = [observeExposures, observeEngagement, observePointer, observeScroll, observeInteractions]

/**
 * Starts the runtime on what the snippet prepared: decides and places what the snippet could not, then watches and
 * reports. Does nothing without a snippet or beside another runtime.
 * @returns Stops everything and leaves no listener behind; events already tracked stay in their queue.
 */
export function start(): () => void {
  const boot = window.unblink
  if (!boot || boot.place) return () => {}

  const consent = withPrivacyControl(boot.consent, navigator.globalPrivacyControl === true)
  const mayRemember = consent.personalization === 'granted'
  if (consent.personalization === 'denied') forget()

  const listeners = new Set<() => void>()
  const onShown = (callback: () => void) => {
    listeners.add(callback)
    return () => listeners.delete(callback)
  }
  const tellShown = () => listeners.forEach((callback) => callback())

  const late = createLate(boot)
  const takeReply = async () => {
    const reply = parseProfileReply(boot.reply)
    if (reply.ok) {
      await decideTheRest(boot, reply.value)
      if (late.apply()) tellShown()
      if (mayRemember) rememberDecisions(reply.value, false)
    }
    if (mayRemember) rememberRequest(boot, reply.ok ? getProfileMs(boot.base) : undefined)
  }
  boot.onChange = (slot) => (slot ? tellShown() : void takeReply())
  boot.place = place
  // The snippet may be waiting with a content that only we can place.
  boot.decide([])
  if (boot.reply !== undefined) void takeReply()

  const tracker = createTracker({
    endpoint: boot.base + '/v1/e',
    key: boot.key,
    consent,
  })
  const track = (event: EventInput) => tracker.track(event)
  let isLearnt = false
  tracker.onReply = ({ profile }) => {
    if (!profile || !mayRemember) return
    isLearnt = true
    rememberDecisions(profile, true)
  }

  let closeView = () => {}
  const openView = (kind?: NavigationKind) => {
    closeView()
    const view = createView(kind)
    tracker.setView(view)
    void track({
      t: 'page_view',
      p: { kind: view.kind, title: document.title, source: getTrafficSource(location, document.referrer) },
    })
    const getSlots = () => getSeenSlots(boot)
    const stops = OBSERVERS.map((observe) => observe({ track, view, getSlots, boot, onShown }))
    closeView = () => stops.forEach((stop) => stop())
  }
  // A prerendered page counts for nothing until it is shown; its commands wait for the view that they belong to.
  let stopCommands = () => {}
  const stopWaiting = whenActivated(() => {
    openView()
    stopCommands = runCommands(boot, track)
  })
  const undos = [
    onRestore(() => openView('restore')),
    onRoute(() => {
      // At once, so that the new route's slots can be caught before they are painted; the rest is not the router's to wait for.
      boot.open(true)
      setTimeout(openView, 0, 'route')
    }),
    onHidden(() => {
      if (isLearnt) forgetDoubts()
    }),
    stopWaiting,
    () => stopCommands(),
    late.stop,
  ]

  return () => {
    undos.forEach((undo) => undo())
    closeView()
    tracker.stop()
    delete boot.place
    delete boot.onChange
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
