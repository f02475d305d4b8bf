import { onHidden } from '@unblink/page'
import { SlotState, type Boot, type BootSlotRecord, type Vital, type VitalSlot } from '@unblink/protocol'
import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals'
import type { ObserveContext } from './ObserveContext.ts'
import { toExposure } from './toExposure.ts'

type Values = { -readonly [K in keyof Vital]?: Vital[K] }

/** https://wicg.github.io/layout-instability/, in the DOM library of no engine but Chromium's. */
interface Shift extends PerformanceEntry {
  readonly value: number
  readonly hadRecentInput: boolean
  readonly sources: readonly { readonly node: Node | null }[]
}

/** The snippet's: how long after the deadline the engine itself lifts a hide. */
const ENGINE_MARGIN_MS = 80

/**
 * Once per document, because web-vitals cannot be told to stop. It measures loads and returns from the back/forward cache, which
 * are the views that take the values.
 */
let values: Values | undefined
let findSlotOf: (node: Node | null | undefined) => string | undefined = () => undefined

const round = (value: number, digits = 0) => +value.toFixed(digits)

function measure(): void {
  const options = { reportAllChanges: true }
  onTTFB(({ value }) => (values!.ttfbMs = round(value)), options)
  onFCP(({ value }) => (values!.fcpMs = round(value)), options)
  onLCP(({ value, entries }) => {
    Object.assign(values!, { lcpMs: round(value), lcpSlot: findSlotOf(entries.at(-1)?.element) })
  }, options)
  onINP(({ value, entries }) => {
    Object.assign(values!, { inpMs: round(value), inpSlot: findSlotOf(entries.find(({ target }) => target)?.target) })
  }, options)
  onCLS(({ value }) => (values!.cls = round(value, 4)), options)
}

/**
 * The variant came after the default may have been painted: by a crossfade, or after the engine had lifted the hide. What was
 * changed later on because the visit asked for it (a trigger, something learnt) has no cause any more, and a late control changed
 * nothing.
 */
const isFlicker = ({ state, cause, decision, hiddenAt, shownAt, deadlineMs }: BootSlotRecord) =>
  state === SlotState.late
    ? cause && decision!.content
    : state === SlotState.applied && shownAt! - hiddenAt! > deadlineMs! + ENGINE_MARGIN_MS

function toSlots(boot: Boot<Element, ChildNode>, slots: Boot<Element, ChildNode>['slots']): readonly VitalSlot[] {
  return Object.entries(slots).flatMap(([name, record]) => {
    if (!record.element || record.state < SlotState.applied) return []
    const { slot, experience, variant, outcome, hiddenMs } = toExposure(name, record, boot)
    // JSON leaves out what is undefined.
    return [
      { slot, experience, variant, outcome, hiddenMs, ...(isFlicker(record) && { isFlicker: true }) } as VitalSlot,
    ]
  })
}

/**
 * Web vitals of the page beside what its slots showed, told when the page is hidden, as they are by then. What happened before
 * this was loaded is in the engine's buffers. A route change has no vitals of its own and ends those of the page.
 */
export function observeVitals({ track, view, boot, getSlots, onPulse }: ObserveContext): () => void {
  if (view.kind === 'route') return () => {}
  const { slots } = boot
  let rev = 0
  let told = ''
  let slotShift: number | undefined
  findSlotOf = (node) => (node ? getSlots().find(({ element }) => element.contains(node))?.name : undefined)
  const isFirst = !values
  values = {}
  if (isFirst) measure()

  const addShifts = (entries: PerformanceEntryList) => {
    for (const { value, hadRecentInput, sources, startTime } of entries as unknown as readonly Shift[]) {
      // The buffer goes back to the load, whatever view this is.
      if (!hadRecentInput && startTime >= view.startedAt && sources.some(({ node }) => findSlotOf(node)))
        slotShift = round(slotShift! + value, 4)
    }
  }
  const shifts = new PerformanceObserver((list) => addShifts(list.getEntries()))
  if (PerformanceObserver.supportedEntryTypes.includes('layout-shift')) {
    slotShift = 0
    shifts.observe({ type: 'layout-shift', buffered: true })
  }
  const report = () => {
    addShifts(shifts.takeRecords())
    const vitals = { ...values, slotShift, slots: toSlots(boot, slots) }
    const news = JSON.stringify(vitals)
    if (news === told) return
    told = news
    track({ t: 'vital', p: { rev: rev++, ...vitals } as Vital })
  }
  const undos = [
    // With what the others tell, in one write: on an overloaded machine a page was gone when engagement had been written and
    // this, told by a later listener, had not.
    onPulse((_isDue, isLeaving) => isLeaving && report()),
    // Again if something has changed: after web-vitals' own listeners, which bring the last values, and before the tracker's,
    // which sends.
    onHidden(report),
  ]
  return () => {
    undos.forEach((undo) => undo())
    report()
    shifts.disconnect()
  }
}
