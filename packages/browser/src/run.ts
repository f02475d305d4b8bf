import { onRestore, whenActivated } from '@unblink/page'
import { parseConsent, parseProfileReply, scrubText, withPrivacyControl } from '@unblink/protocol'
import type { Boot, Consent, EventInput, NavigationKind, ProfileReply } from '@unblink/protocol'
import { createTracker, type Tracker } from '@unblink/tracker'
import { createLate } from './createLate.ts'
import { createView } from './createView.ts'
import { decideTheRest } from './decideTheRest.ts'
import { createFollowUp } from './device/createFollowUp.ts'
import { getSeenSlots } from './getSeenSlots.ts'
import { loadWatch } from './loadMore.ts'
import { forget } from './memory.ts'
import { cleanCommand } from './observe/cleanCommand.ts'
import { getTrafficSource } from './observe/getTrafficSource.ts'
import type { EarlyEvent } from './observe/ObserveContext.ts'
import { watchView } from './observe/watchView.ts'
import { rotateSlots } from './rotateSlots.ts'
import { runCommands } from './runCommands.ts'
import { isOpen, type Settled } from './whenSettled.ts'

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
 * @param takeEarly Gives the clicks and submits up to now, and leaves the later ones to us.
 */
export function run(
  boot: Boot<Element, ChildNode>,
  { settled, check, now }: Settled,
  touch: Event | undefined,
  takeEarly: () => readonly EarlyEvent[],
): Run {
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
  let isLearnt = false
  let memory: typeof import('./rememberDecisions.ts') | undefined
  /** For the next view, so what does it need not be here for this one's start; once it is, at once, for the page may go. */
  const keep = (next: ProfileReply) => {
    if (!mayRemember()) return
    if (memory) memory.rememberDecisions(boot, next, isLearnt)
    else
      loadWatch().then(
        (watch) => {
          memory = watch
          keep(next)
        },
        () => {}, // Not to be had: nothing is remembered.
      )
  }
  const remember = (reply: ProfileReply, isBehind = isLearnt) => {
    isLearnt = isBehind
    const next = followUp.take(reply)
    if (next) keep(next)
    return next
  }
  const followUp = createFollowUp({ boot, mayRemember, isTouched: late.isTouched, remember, tellShown })
  const onReply = async () => {
    const { slots } = boot
    // Nothing waits for what a reply brings beyond the slots that are shown by now.
    if (!isOpen(boot)) await settled
    // A route that has begun meanwhile asks for itself.
    if (boot.slots !== slots) return
    const reply = parseProfileReply(boot.reply)
    if (reply.ok && (await decideTheRest(boot, reply.value, followUp.load))) await fade()
    await settled
    // Blocked, gone, no network: then the server's decisions stand.
    if (reply.ok && reply.value.rest) await followUp.load().catch(() => {})
    if (boot.slots !== slots) return
    if (reply.ok) {
      remember(reply.value, false)
      tellShown()
    }
    const more = mayRemember() && (await loadWatch().catch(() => undefined))
    if (more && boot.slots === slots) more.rememberRequest(boot, reply.ok)
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
  const track = async (event: EventInput) => {
    const isKept = !!(await tracker?.track(event))
    boot.onTracked?.(event)
    return isKept
  }
  const trackClean = (event: EventInput) => {
    const clean = cleanCommand(event)
    if (!clean) return false
    followUp.call('hear', clean)
    return track(clean)
  }
  let closeView = () => {}
  const openView = (kind?: NavigationKind) => {
    closeView()
    const view = createView(kind)
    tracker?.setView({ ...view, location: scrubText(view.location) })
    void track({
      t: 'page_view',
      p: { kind: view.kind, title: scrubText(document.title), source: getTrafficSource(location, document.referrer) },
    })
    const getSlots = () => getSeenSlots(boot)
    const isMeasured = consent.analytics !== 'denied'
    const others = [rotateSlots, followUp.watch]
    const early = takeEarly()
    // There is a tracker before there is a view.
    closeView = watchView({
      track,
      tracker: tracker!,
      view,
      getSlots,
      boot,
      onShown,
      tellShown,
      early,
      isMeasured,
      others,
    })
  }
  const forgetAll = () => {
    forget()
    followUp.call('forget')
  }
  const getVisitor = () => (boot.reply as Partial<ProfileReply> | null | undefined)?.visitor
  const setConsent = (next: Partial<Consent>) => {
    const isKnown = mayRemember()
    consent = obey({ ...consent, ...next })
    const { personalization, analytics } = consent
    Object.assign(boot, {
      consent: personalization,
      analytics,
      source: JSON.stringify({ ...JSON.parse(boot.source), consent: personalization, analytics }),
    })
    if (!mayRemember()) forgetAll()
    // The server's part goes, too; a beacon, because the page may be left with the answer.
    if (isKnown && personalization === 'denied')
      navigator.sendBeacon?.(boot.base + '/v1/forget', JSON.stringify({ key: boot.key, visitor: getVisitor() }))
    tracker?.setConsent(consent)
  }
  const watch = () => {
    if (tracker) return
    tracker = createTracker({
      endpoint: boot.base + '/v1/e',
      key: boot.key,
      consent,
      // Where the collector's cookie is refused, each batch would make another visitor.
      getVisitor: () => (mayRemember() ? getVisitor() : undefined),
    })
    tracker.onReply = ({ profile }) => profile && remember(profile, true)
    if (consent.personalization === 'denied') forgetAll()
    undos.push(
      // A prerendered page counts for nothing until it is shown; its commands wait for the view that they belong to.
      whenActivated(() => {
        openView()
        undos.push(
          runCommands(boot, {
            track: trackClean,
            tracker: tracker!,
            hydrate,
            setConsent,
            forget: forgetAll,
            dismiss: followUp.dismiss,
            explain: followUp.explain,
          }),
        )
      }),
      onRestore(() => openView('restore')),
    )
  }

  const openRoute = () => {
    now()
    watch()
    // Only the first view's answer can have been prepared.
    delete (boot as { ask?: unknown }).ask
    // At once, so that the new route's slots can be caught before they are painted; the rest is not the router's to wait for.
    const next = followUp.call('leave', true)
    boot.open(true)
    if (next) boot.decide(next)
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
