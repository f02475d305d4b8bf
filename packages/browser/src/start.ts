import { onRestore, whenActivated } from '@unblink/page'
import { withPrivacyControl, type EventInput, type NavigationKind } from '@unblink/protocol'
import { createTracker } from '@unblink/tracker'
import { createView } from './createView.ts'
import { decideTheRest } from './decideTheRest.ts'
import { getSeenSlots } from './getSeenSlots.ts'
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

  const listeners = new Set<() => void>()
  const onShown = (callback: () => void) => {
    listeners.add(callback)
    return () => listeners.delete(callback)
  }
  boot.onChange = (slot) => {
    if (slot) listeners.forEach((callback) => callback())
    else void decideTheRest(boot)
  }
  boot.place = place
  // The snippet may be waiting with a content that only we can place.
  boot.decide([])
  if (boot.reply !== undefined) void decideTheRest(boot)

  const tracker = createTracker({
    endpoint: boot.base + '/v1/e',
    key: boot.key,
    consent: withPrivacyControl(boot.consent, navigator.globalPrivacyControl === true),
  })
  const track = (event: EventInput) => tracker.track(event)

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
    const undos = OBSERVERS.map((observe) => observe({ track, view, getSlots, boot, onShown }))
    closeView = () => undos.forEach((undo) => undo())
  }
  // A prerendered page counts for nothing until it is shown.
  const stopWaiting = whenActivated(openView)
  const stopRestore = onRestore(() => openView('restore'))
  const stopCommands = runCommands(boot, track)

  return () => {
    stopWaiting()
    stopRestore()
    stopCommands()
    closeView()
    tracker.stop()
    delete boot.place
    delete boot.onChange
  }
}
