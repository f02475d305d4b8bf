import type { CDPSession, Page } from '@playwright/test'
import jpeg from 'jpeg-js'
import { judge } from './judge.ts'
import type { Look, SlotVerdict } from './judge.ts'
import { parseSlots } from './parseSlots.ts'
import type { Rect, Rgb, Slots, WatchedSlot } from './parseSlots.ts'
import type { View } from './readView.ts'

export interface TraceProbe {
  /** Ends the trace and judges it. `view` (from `readView`) says where the slots are and when the navigation began. Throws when the trace holds no frame, or so many that it ended early. */
  stop(view: View): Promise<Readonly<Record<string, SlotVerdict>>>
}

interface TraceEvent {
  readonly name: string
  /** Microseconds on the browser's own clock. */
  readonly ts: number
  readonly args?: { readonly snapshot?: string }
}

interface Screenshot {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

const CATEGORIES = ['disabled-by-default-devtools.screenshot', 'blink.user_timing']
const CLOCK_MARK = 'unblink-probe-clock'
/** Chromium stops taking screenshots at this many. https://source.chromium.org/chromium/chromium/src/+/main:content/browser/devtools/devtools_traceable_screenshot.h */
const MAX_SCREENSHOTS = 450
/** Screenshots are JPEG: colours come back off by some. */
const TOLERANCE = 40
const MIN_SHARE = 0.02
/** Pixels of the screenshot at a slot's edge which JPEG blends with what is beside it. */
const EDGE = 2

/**
 * Watches slots in Chromium through the screenshots of a trace: one for every presented frame that changed pixels, so
 * it misses none and adds no work to the page's main thread. Start it before navigating.
 */
export async function startTraceProbe(page: Page, slots: Slots): Promise<TraceProbe> {
  const watched = parseSlots(slots)
  const session = await openSession(page)
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { recordMode: 'recordAsMuchAsPossible', includedCategories: CATEGORIES },
  })
  const markedAt = Number(await page.evaluate(`performance.mark('${CLOCK_MARK}').startTime + performance.timeOrigin`))

  return {
    async stop(view) {
      const endedAt = Date.now()
      await endTrace(session)
      const mark = events.find((event) => event.name === CLOCK_MARK)
      const shots = events.filter((event) => event.name === 'Screenshot' && event.args?.snapshot)
      if (!mark || shots.length === 0)
        throw new Error(
          '[unblink] The trace holds no frame. Start the probe before navigating, and let the page paint before stopping it.',
        )
      if (shots.length >= MAX_SCREENSHOTS)
        throw new Error(
          `[unblink] The page changed in ${shots.length} frames, more than a trace keeps. Stop the probe sooner, or still the page's animations.`,
        )
      const frames = shots
        .map((shot) => ({ at: markedAt + (shot.ts - mark.ts) / 1000, image: decode(shot) }))
        .sort((a, b) => a.at - b.at)
      const verdicts = watched.map((slot) => {
        const rect = view.rects[slot.name]
        if (!rect)
          throw new Error(
            `[unblink] Slot "${slot.name}" (${slot.selector}) is not in the page. Stop the probe while it is, or give the slot a rect.`,
          )
        const looks = frames.map(({ at, image }): Look => ({
          at,
          shows: contentsIn(image, slot, rect, image.width / view.width),
        }))
        return [slot.name, judge(looks, { source: 'trace', origin: view.timeOrigin, endedAt })] as const
      })
      return Object.fromEntries(verdicts)
    },
  }
}

async function openSession(page: Page): Promise<CDPSession> {
  try {
    return await page.context().newCDPSession(page)
  } catch (cause) {
    throw new Error('[unblink] Only Chromium has these traces. Watch other engines by screen and dom.', { cause })
  }
}

async function endTrace(session: CDPSession): Promise<void> {
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()))
  await session.send('Tracing.end')
  await complete
  await session.detach()
}

function decode(shot: TraceEvent): Screenshot {
  return jpeg.decode(Buffer.from(shot.args?.snapshot ?? '', 'base64'), { useTArray: true, formatAsRGBA: true })
}

function contentsIn(image: Screenshot, slot: WatchedSlot, rect: Rect, scale: number): string[] {
  const left = Math.max(0, Math.ceil(rect.x * scale) + EDGE)
  const right = Math.min(image.width, Math.floor((rect.x + rect.width) * scale) - EDGE)
  const top = Math.max(0, Math.ceil(rect.y * scale) + EDGE)
  const bottom = Math.min(image.height, Math.floor((rect.y + rect.height) * scale) - EDGE)
  const area = (right - left) * (bottom - top)
  if (right <= left || bottom <= top)
    throw new Error(
      `[unblink] Slot "${slot.name}" is too small in the trace's screenshots, or outside the window. Let at least 48 × 48 CSS pixels of it be visible without scrolling.`,
    )
  const hits = slot.contents.map(() => 0)
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const pixel = (y * image.width + x) * 4
      slot.contents.forEach((content, index) => {
        if (isNear(image.data, pixel, content.rgb)) hits[index]! += 1
      })
    }
  }
  const needed = Math.max(2, area * MIN_SHARE)
  return slot.contents.filter((_, index) => hits[index]! >= needed).map((content) => content.name)
}

function isNear(data: Uint8Array, pixel: number, [red, green, blue]: Rgb): boolean {
  return (
    Math.abs(data[pixel]! - red) <= TOLERANCE &&
    Math.abs(data[pixel + 1]! - green) <= TOLERANCE &&
    Math.abs(data[pixel + 2]! - blue) <= TOLERANCE
  )
}
