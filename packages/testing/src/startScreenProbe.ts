import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { judge } from './judge.ts'
import type { Look, SlotVerdict } from './judge.ts'
import type { Place } from './locatePage.ts'
import { mendTears } from './mendTears.ts'
import { parseSlots } from './parseSlots.ts'
import type { Rect, Rgb, Slots, WatchedSlot } from './parseSlots.ts'
import { readFramebufferLayout } from './readFramebufferLayout.ts'
import type { View } from './readView.ts'
import { sampleScreen } from './sampleScreen.ts'
import type { SampleJob, Samples } from './sampleScreen.ts'
import type { Display } from './startDisplay.ts'

export interface ScreenProbeOptions {
  /** Where the page is on the display: from `locatePage`. */
  readonly place: Place
  /** Milliseconds between two samples. @default 2 */
  readonly everyMs?: number
}

export interface ScreenProbe {
  /** Ends the sampling and judges it. `view` (from `readView`) says where the slots are and when the navigation began. Throws when a slot is not on the screen. */
  stop(view: View): Promise<Readonly<Record<string, SlotVerdict>>>
}

/** Pixels of the screen between two sampled points, each way. */
const STEP = 8
/** A slot needs this many points to be told from an edge of its neighbour. */
const MIN_POINTS = 9
const MIN_SHARE = 0.02
/** Browsers on a software screen draw sRGB colours as they are; this leaves room for dithering only. */
const TOLERANCE = 24

/**
 * Watches slots on a display, in any engine, by reading the screen's memory every few milliseconds in a process of
 * its own: neither a busy page nor a busy test stops it. Resolves when the first sample is taken.
 */
export async function startScreenProbe(
  display: Display,
  slots: Slots,
  { place, everyMs = 2 }: ScreenProbeOptions,
): Promise<ScreenProbe> {
  const watched = parseSlots(slots)
  const { offset, stride } = readFramebufferLayout(display.framebuffer)
  const palette = uniqueColours(watched)
  const xs = steps(place.x, place.x + place.width)
  const ys = steps(place.y, place.y + place.height)
  const job: SampleJob = {
    framebuffer: display.framebuffer,
    offset,
    stride,
    xs,
    ys,
    palette,
    tolerance: TOLERANCE,
    everyMs,
  }
  const sampler = startSampler()
  sampler.send(job)
  await nextMessage(sampler)
  // A probe that nobody stops must not keep the test runner alive.
  sampler.unref()
  sampler.channel?.unref()

  return {
    async stop(view) {
      sampler.ref()
      sampler.channel?.ref()
      sampler.send('stop')
      const samples = (await nextMessage(sampler)) as Samples
      const endedAt = samples.times.at(-1) ?? 0
      const verdicts = watched.map((slot) => {
        const points = pointsOf(slot, view.rects[slot.name], place, xs, ys)
        const numbers = slot.contents.map((content) => palette.findIndex((rgb) => isSame(rgb, content.rgb)) + 1)
        const shows = (grid: Uint8Array) => {
          const needed = Math.max(2, points.length * MIN_SHARE)
          return slot.contents
            .filter((_, index) => points.filter((point) => grid[point] === numbers[index]).length >= needed)
            .map((content) => content.name)
        }
        return [
          slot.name,
          judge(mendTears(toLooks(samples, shows)), { source: 'screen', origin: view.timeOrigin, endedAt }),
        ] as const
      })
      return Object.fromEntries(verdicts)
    },
  }
}

/**
 * A process rather than a worker thread: a thread shares locks and the garbage collector's helpers with the test's own
 * threads, and stood still for up to 250 ms, unscheduled, while those waited for a processor.
 */
function startSampler(): ChildProcess {
  return spawn(process.execPath, ['--eval', `(${sampleScreen.toString()})(require)`], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
    env: { ...process.env, NODE_OPTIONS: '' },
  })
}

function nextMessage(sampler: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = () =>
      reject(
        new Error('[unblink] The screen sampler ended by itself; its own words are above. Is the display still open?'),
      )
    sampler.once('exit', fail)
    sampler.once('message', (message) => {
      sampler.off('exit', fail)
      resolve(message)
    })
  })
}

function toLooks({ times, changes }: Samples, shows: (grid: Uint8Array) => readonly string[]): Look[] {
  const looks: Look[] = []
  changes.forEach(({ sample, grid }, index) => {
    const shown = shows(grid)
    const end = changes[index + 1]?.sample ?? times.length
    for (let at = sample; at < end; at += 1) looks.push({ at: times[at]!, shows: shown })
  })
  return looks
}

function pointsOf(
  slot: WatchedSlot,
  rect: Rect | undefined,
  place: Place,
  xs: readonly number[],
  ys: readonly number[],
): readonly number[] {
  if (!rect)
    throw new Error(
      `[unblink] Slot "${slot.name}" (${slot.selector}) is not in the page. Stop the probe while it is, or give the slot a rect.`,
    )
  const isInside = (value: number, start: number, length: number) => value > start && value < start + length - 1
  const columns = xs.flatMap((x, index) =>
    isInside(x, place.x + rect.x * place.scale, rect.width * place.scale) ? [index] : [],
  )
  const rows = ys.flatMap((y, index) =>
    isInside(y, place.y + rect.y * place.scale, rect.height * place.scale) ? [index] : [],
  )
  const points = rows.flatMap((row) => columns.map((column) => row * xs.length + column))
  if (points.length >= MIN_POINTS) return points
  throw new Error(
    `[unblink] Slot "${slot.name}" is too small on the screen, or outside the window. Let at least ${4 * STEP} × ${4 * STEP} pixels of it be visible without scrolling.`,
  )
}

function steps(from: number, to: number): number[] {
  return Array.from({ length: Math.floor((to - from - 1) / STEP) + 1 }, (_, index) => from + index * STEP)
}

function uniqueColours(slots: readonly WatchedSlot[]): readonly Rgb[] {
  const colours = slots.flatMap((slot) => slot.contents.map((content) => content.rgb))
  return colours.filter((rgb, index) => colours.findIndex((other) => isSame(other, rgb)) === index)
}

const isSame = (a: Rgb, b: Rgb) => a.every((channel, index) => channel === b[index])
