import type { Rgb } from './parseSlots.ts'

/** What the sampling process is told. */
export interface SampleJob {
  readonly framebuffer: string
  readonly offset: number
  readonly stride: number
  /** Columns and rows of the screen to look at. */
  readonly xs: readonly number[]
  readonly ys: readonly number[]
  /** Colours to tell apart; a pixel whose nearest is the n-th, within `tolerance` in each channel, is reported as n + 1. */
  readonly palette: readonly Rgb[]
  readonly tolerance: number
  readonly everyMs: number
}

/** What the sampling process found. */
export interface Samples {
  /** Epoch milliseconds of every sample. */
  readonly times: readonly number[]
  /** The grid of colour numbers, row by row, at each sample that differed from the one before it. */
  readonly changes: readonly { readonly sample: number; readonly grid: Uint8Array }[]
}

/**
 * Body of the sampling process: takes a job as its first message, answers `'ready'` after the first sample, and the
 * samples when it gets another message. It is serialised, so that it runs from source and from a bundle alike, and
 * may use nothing from this module.
 */
export function sampleScreen(require: NodeJS.Require): void {
  const { spawnSync } = require('node:child_process') as typeof import('node:child_process')
  const { readSync, openSync } = require('node:fs') as typeof import('node:fs')
  const { setPriority } = require('node:os') as typeof import('node:os')

  // Ahead of the browsers' threads, where we may: in the real-time class this process waits 0.03 ms in 4 s for a
  // processor that three busy loops share; by nice value alone, 15 ms, and up to 18 ms at once: a frame.
  try {
    if (spawnSync('chrt', ['--all-tasks', '--fifo', '--pid', '10', `${process.pid}`]).status !== 0) setPriority(-15)
  } catch {
    // Not root: the sampler then competes like everyone else, and the verdict's longest gap tells.
  }

  // Date.now() has no fractions: wait for it to tick, so that the monotonic clock can be read as epoch time.
  const tick = Date.now()
  while (Date.now() === tick);
  const epoch = Date.now() - performance.now()

  const begin = (job: SampleJob) => {
    const file = openSync(job.framebuffer, 'r')
    const left = job.xs[0] ?? 0
    const rowBytes = ((job.xs.at(-1) ?? 0) - left + 1) * 4
    const sleeper = new Int32Array(new SharedArrayBuffer(4))
    let picture = Buffer.alloc(rowBytes * job.ys.length)
    let before = Buffer.alloc(rowBytes * job.ys.length)
    let last = new Uint8Array(0)
    const times: number[] = []
    const changes: { sample: number; grid: Uint8Array }[] = []
    let due = performance.now()

    const colourAt = (pixel: number) => {
      let nearest = 0
      let distance = job.tolerance + 1
      for (let index = 0; index < job.palette.length; index += 1) {
        const [red, green, blue] = job.palette[index]!
        const apart = Math.max(
          Math.abs(picture[pixel]! - blue),
          Math.abs(picture[pixel + 1]! - green),
          Math.abs(picture[pixel + 2]! - red),
        )
        if (apart >= distance) continue
        distance = apart
        nearest = index + 1
      }
      return nearest
    }

    const noteChange = () => {
      const grid = new Uint8Array(job.xs.length * job.ys.length)
      let point = 0
      for (let row = 0; row < job.ys.length; row += 1) {
        for (const x of job.xs) grid[point++] = colourAt(row * rowBytes + (x - left) * 4)
      }
      if (times.length > 1 && Buffer.compare(grid, last) === 0) return
      changes.push({ sample: times.length - 1, grid })
      last = grid
    }

    const sample = () => {
      job.ys.forEach((y, row) => {
        readSync(file, picture, row * rowBytes, rowBytes, job.offset + y * job.stride + left * 4)
      })
      times.push(epoch + performance.now())
      if (times.length === 1 || !picture.equals(before)) noteChange()
      ;[before, picture] = [picture, before]
      if (times.length === 1) process.send!('ready')
      due = Math.max(due + job.everyMs, performance.now())
      Atomics.wait(sleeper, 0, 0, due - performance.now()) // timers of the event loop round to whole milliseconds
      setImmediate(sample)
    }
    process.once('message', () => process.send!({ times, changes } satisfies Samples, () => process.exit()))
    sample()
  }
  process.once('message', begin)
  process.once('disconnect', () => process.exit())
}
