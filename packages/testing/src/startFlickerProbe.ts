import type { Page } from '@playwright/test'
import type { ProbeSource, SlotVerdict } from './judge.ts'
import { locatePage } from './locatePage.ts'
import type { Place } from './locatePage.ts'
import { parseSlots } from './parseSlots.ts'
import type { Slots } from './parseSlots.ts'
import { readView } from './readView.ts'
import type { View } from './readView.ts'
import { startDomProbe } from './startDomProbe.ts'
import { startScreenProbe } from './startScreenProbe.ts'
import { startTraceProbe } from './startTraceProbe.ts'
import type { Display } from './startDisplay.ts'

export interface FlickerProbeOptions {
  /** Which witnesses to call. @default trace (Chromium), screen (with a display), dom */
  readonly sources?: readonly ProbeSource[]
  /** The display on which the browser was launched; `screen` needs it. */
  readonly display?: Display
  /** Where the page is on the display, when an earlier probe of the same window has found it. @default found anew */
  readonly place?: Place
}

/** What the witnesses say of one slot. */
export interface SlotReport {
  /** The verdict of the strongest witness: one that saw flicker, else the first of trace, screen, dom. */
  readonly verdict: SlotVerdict
  readonly witnesses: Readonly<Partial<Record<ProbeSource, SlotVerdict>>>
}

export interface FlickerReport {
  readonly slots: Readonly<Record<string, SlotReport>>
}

export interface FlickerProbe {
  /** Where the page is on the display, for the next probe of this window; undefined without `screen`. */
  readonly place: Place | undefined
  /** Ends the watching, waiting for the page's main thread if need be. May be called again: it returns the same report. */
  stop(): Promise<FlickerReport>
}

/** Probes that the matcher can find by their page. */
export const probeOf = new WeakMap<Page, FlickerProbe>()

const STRENGTH: readonly ProbeSource[] = ['trace', 'screen', 'dom']

/**
 * Watches slots from now until `stop()`, with every witness the engine offers. Start it before navigating: it leaves
 * the page at `about:blank`, so that nothing of an earlier view is on the screen. One probe judges one view.
 */
export async function startFlickerProbe(
  page: Page,
  slots: Slots,
  options: FlickerProbeOptions = {},
): Promise<FlickerProbe> {
  const watched = parseSlots(slots)
  const { display } = options
  const sources = options.sources ?? defaultSources(page, display)
  if (sources.includes('screen') && !display)
    throw new Error(
      '[unblink] The screen source needs a display. Pass the one from startDisplay() on which the browser was launched.',
    )
  const place = options.place ?? (display && sources.includes('screen') ? await locatePage(page, display) : undefined)
  await page.goto('about:blank')

  const probes: { stop(view: View): Promise<Readonly<Record<string, SlotVerdict>>> }[] = []
  if (sources.includes('dom')) probes.push(await startDomProbe(page, slots))
  if (sources.includes('screen') && display && place) probes.push(await startScreenProbe(display, slots, { place }))
  if (sources.includes('trace')) probes.push(await startTraceProbe(page, slots))
  if (probes.length === 0)
    throw new Error('[unblink] No source to watch with. Name at least one of trace, screen and dom.')

  let report: Promise<FlickerReport> | undefined
  const judgeAll = async () => {
    const view = await readView(page, watched)
    const verdicts = await Promise.all(probes.map((probe) => probe.stop(view)))
    return {
      slots: Object.fromEntries(watched.map(({ name }) => [name, toReport(verdicts.map((bySlot) => bySlot[name]!))])),
    }
  }
  const probe: FlickerProbe = { place, stop: () => (report ??= judgeAll()) }
  probeOf.set(page, probe)
  return probe
}

function defaultSources(page: Page, display: Display | undefined): readonly ProbeSource[] {
  const isChromium = page.context().browser()?.browserType().name() === 'chromium'
  return [...(isChromium ? (['trace'] as const) : []), ...(display ? (['screen'] as const) : []), 'dom']
}

function toReport(verdicts: readonly SlotVerdict[]): SlotReport {
  const ranked = [...verdicts].sort((a, b) => STRENGTH.indexOf(a.source) - STRENGTH.indexOf(b.source))
  const verdict = ranked.find((one) => one.flickerFrames > 0 || one.blinks > 0) ?? ranked[0]!
  return { verdict, witnesses: Object.fromEntries(ranked.map((one) => [one.source, one])) }
}
