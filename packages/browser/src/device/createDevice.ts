import type { Counts } from '@unblink/decide'
import { onHidden } from '@unblink/page'
import { isOnPath, parseConsent, SlotState } from '@unblink/protocol'
import type { Boot, BootSlotRecord, Decision, EventInput, Experience, Manifest, ProfileReply } from '@unblink/protocol'
import { crossfade, type Put } from '../crossfade.ts'
import type { ObserveContext } from '../observe/ObserveContext.ts'
import { armTriggers } from '../triggers/armTriggers.ts'
import { createDeviceStore } from './createDeviceStore.ts'
import { decideInPage, type PageInput } from './decideInPage.ts'
import { countMeeting, VISIT_GAP_MS, type DeviceState } from './deviceState.ts'
import type { SlotExplanation } from './explainSlots.ts'
import { getCapEnd } from './getCapEnd.ts'
import { observeMeetings } from './observeMeetings.ts'

/** What a next view is to be given, as `rememberDecisions` takes it. */
export interface Corrected extends ProfileReply {
  /** Slots whose decision the page has made in the server's place: remembered even if that is the baseline. */
  readonly corrected: readonly string[]
  /** Epoch milliseconds, when a cap has to be remembered for longer than a visit. */
  readonly until?: number
}

export interface DeviceInput {
  readonly boot: Boot<Element, ChildNode>
  /** The runtime's own, so that they are not loaded twice. */
  readonly put: Put
  readonly restore: (slot: BootSlotRecord<Element, ChildNode>) => void
  readonly mayRemember: () => boolean
  /** Whether the visitor has touched a slot in this view. */
  readonly isTouched: (element: Element) => boolean
  /** Keeps what a reply and this device (by `take`) say for the next view. */
  readonly remember: (reply: ProfileReply) => void
  /** A slot has been changed. */
  readonly tellShown: () => void
}

/** What the page decides when all slots are painted: by caps, counted on this device, and by triggers. */
export interface Device {
  /** The site's rules, brought by whoever has fetched them. */
  manifest: Manifest
  /** Decides slots that the server has left open. */
  decide(reply: ProfileReply, slots: readonly string[]): Decision[]
  /** The latest reply: returns it with what this device knows put in. A view is watched from its first one on. */
  take(reply: ProfileReply): Corrected
  /** A view has begun. */
  open(context: ObserveContext): void
  /** The page has pushed an event or a conversion. */
  hear(event: EventInput): void
  /** The visitor wants a variant out of their sight. */
  dismiss(experience: string): void
  /**
   * The view may be over: what was looked at and left alone counts as ignored. Returns what the next view shows in the place of
   * the server's decisions. A route that has begun has a reply of its own to come.
   */
  leave(isRoute?: true): readonly Decision[]
  /** It is over. */
  close(): void
  /** Forgets what it keeps in this page. */
  forget(): void
  /** How each slot of the view comes to show what it does; undefined before there is a reply. For the console. */
  explain(): Promise<readonly SlotExplanation[] | undefined>
}

/** What becomes of one view. */
interface Watch {
  readonly _hear: (event: EventInput) => void
  readonly _stop: () => void
  /** Experiences looked at, those also touched, and those counted as ignored for now. */
  readonly _met: Set<string>
  readonly _touched: Set<string>
  readonly _ignored: Set<string>
  /** Experiences whose trigger has fired, and what their slots could not be given any more. */
  readonly _fired: Set<string>
  readonly _waiting: Map<string, Decision>
}

const CART = /^(add_to_cart|remove_from_cart|purchase)$/

export function createDevice(input: DeviceInput): Device {
  const { boot, put, restore, mayRemember, isTouched, remember, tellShown } = input
  const store = createDeviceStore(mayRemember)
  let context: ObserveContext | undefined
  let reply: ProfileReply | undefined
  let watch: Watch | undefined
  let news: EventInput[] = []
  /** What `take` has last put in the place of the server's decisions, as JSON. */
  let corrections = '[]'

  const find = (id: string | undefined) => device.manifest.experiences.find((experience) => experience.id === id)
  const update = (change: (state: DeviceState) => DeviceState) => store._write(change(store._read()))
  const count = (id: string, kind: keyof Counts, by?: number) => {
    if (find(id)?.cap) update((state) => countMeeting(state, id, kind, by))
  }
  const toInput = (reply: ProfileReply, slots: readonly string[], fired: PageInput['fired']): PageInput => ({
    manifest: device.manifest,
    reply,
    slots,
    consent: parseConsent(boot.consent, boot.analytics),
    state: store._read(),
    fired,
  })
  const decide = (reply: ProfileReply, slots: readonly string[], fired: PageInput['fired'] = new Set()) =>
    decideInPage(toInput(reply, slots, fired))

  const noteView = () =>
    update((state) => {
      const categories = { ...state.categories }
      for (const [id, paths] of Object.entries(device.manifest.categories ?? {}))
        if (paths.some((path) => isOnPath(path, location.pathname))) categories[id] = (categories[id] ?? 0) + 1
      return { ...state, view: state.view + 1, categories }
    })

  /** A visitor is given what they were given before, even if the shares are changed meanwhile. */
  const noteAssignments = () => {
    const given = Object.values(boot.slots).flatMap(({ decision, state }) => {
      const { experience, variant } = decision ?? {}
      const isGiven = state >= SlotState.applied && find(experience)?.kind === 'experiment'
      return isGiven && variant !== undefined ? [[experience!, variant] as const] : []
    })
    const { assignments } = store._read()
    if (given.some(([id, variant]) => assignments[id] !== variant))
      update((state) => ({ ...state, assignments: { ...state.assignments, ...Object.fromEntries(given) } }))
  }

  /** Gives a slot what it is decided to show now, if its late policy lets it; false if not. */
  const change = (name: string, decision: Decision, isSeen: (element: Element) => boolean): boolean => {
    const slot = boot.slots[name]!
    const { element, baseline, late, defer, dismissed } = slot
    if (!element?.isConnected || late === 'next' || defer || dismissed || slot.state < SlotState.applied) return false
    if (isSeen(element) && (late !== 'fade' || isTouched(element))) return false
    const { content } = decision
    const toDefault = () => {
      const shown = [...element.childNodes]
      restore(slot)
      return () => element.replaceChildren(...shown)
    }
    if (content ?? baseline) {
      const old = crossfade(element, content ?? {}, content ? put : toDefault)
      if (!old) return false
      slot.baseline ??= old
    }
    Object.assign(slot, { decision, state: SlotState.late, cause: undefined })
    return true
  }

  /** Unless the next view would be given the same anyway: what is kept for a server in trouble stays as it is. */
  const keep = () => {
    const before = corrections
    if (reply) device.take(reply)
    if (corrections !== before) remember(reply!)
  }

  /** Watches the view that is open, once it has a reply. */
  const begin = () => {
    if (watch || !context || !reply) return
    const { slots } = boot
    const fired = new Set<string>()
    const waiting = new Map<string, Decision>()
    const met = new Set<string>()
    const touched = new Set<string>()
    const ignored = new Set<string>()
    noteView()
    noteAssignments()
    const meetings = observeMeetings({
      boot,
      onMeet(id) {
        met.add(id)
        count(id, 'impressions')
      },
      onTouch(id) {
        touched.add(id)
        if (ignored.delete(id)) count(id, 'ignored', -1)
      },
    })
    const react = async (ids: readonly string[]) => {
      await meetings._ready
      ids.forEach((id) => fired.add(id))
      const names = new Set(ids.map((id) => find(id)!.slot))
      for (const decision of decide(reply!, [...names], fired)) {
        // What the server has decided stands until something that has just happened outdoes it.
        if (boot.slots !== slots || !fired.has(decision.experience!)) continue
        if (slots[decision.slot]!.decision?.experience === decision.experience) continue
        if (change(decision.slot, decision, meetings._isSeen)) tellShown()
        else waiting.set(decision.slot, decision)
      }
      noteAssignments()
      keep()
    }
    const isOurs = ({ id, slot }: Experience) =>
      slots[slot] && (reply!.rest?.includes(id) || !reply!.decisions?.some((decision) => decision.slot === slot))
    const armed = armTriggers({
      experiences: device.manifest.experiences.filter(isOurs),
      startedAt: context.view.startedAt,
      getState: () => store._read(),
      onFire: (ids) => {
        // What goes wrong here leaves the slots as they are.
        react(ids).catch(() => {})
      },
    })
    const undos = [context.onShown(meetings._look), onHidden(() => device.leave()), meetings._stop, armed._stop]
    watch = {
      _hear: armed._hear,
      _stop: () => undos.forEach((undo) => undo()),
      _met: met,
      _touched: touched,
      _ignored: ignored,
      _fired: fired,
      _waiting: waiting,
    }
    news.splice(0).forEach(device.hear)
  }

  const device: Device = {
    manifest: undefined as unknown as Manifest, // Set by whoever makes the device, before anything else.
    decide,
    take(next) {
      reply = next
      begin()
      const { counts, at } = store._read()
      const corrected: string[] = []
      let until = 0
      let decisions = next.decisions?.map((decision): Decision => {
        const { slot, experience } = decision
        const cap = find(experience)?.cap
        const waiting = watch?._waiting.get(slot)
        const end = cap ? getCapEnd(cap, counts[experience!], at) : 0
        if (end <= at && !waiting) return decision
        until = Math.max(until, end)
        corrected.push(slot)
        return waiting ?? decide(next, [slot])[0]!
      })
      corrections = JSON.stringify(decisions?.filter(({ slot }) => corrected.includes(slot)) ?? [])
      // Beyond this visit, only what keeps a cap is remembered: everything else is to be decided anew.
      if (until > at + VISIT_GAP_MS) decisions = decisions?.filter(({ slot }) => corrected.includes(slot))
      else until = 0
      return { ...next, ...(decisions && { decisions }), corrected, ...(until && { until }) }
    },
    open(next) {
      context = next
      begin()
    },
    hear(event) {
      if (!watch) return void news.push(event)
      const { t, p } = event
      if (t === 'conversion' || (t === 'custom' && CART.test(p.name)))
        update(({ cartAt: _cartAt, ...state }) =>
          t === 'custom' && p.name[0] === 'a' ? { ...state, cartAt: state.at } : state,
        )
      watch._hear(event)
    },
    dismiss(experience) {
      watch?._touched.add(experience)
      count(experience, 'dismissals')
      keep()
    },
    leave(isRoute) {
      const { _met = [], _touched, _ignored } = watch ?? {}
      for (const id of _met) {
        if (_touched!.has(id) || _ignored!.has(id)) continue
        _ignored!.add(id)
        count(id, 'ignored')
      }
      keep()
      if (isRoute) reply = undefined
      return JSON.parse(corrections) as Decision[]
    },
    close() {
      device.leave()
      watch?._stop()
      watch = context = undefined
      news = []
    },
    forget: store._forget,
    async explain() {
      const { explainSlots } = await import('./explainSlots.ts')
      const slots = Object.keys(boot.slots)
      return reply && explainSlots(boot, toInput(reply, slots, watch?._fired ?? new Set()))
    },
  }
  return device
}
