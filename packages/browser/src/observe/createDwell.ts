import { GRID_COLUMNS, GRID_ROWS } from '@unblink/protocol'

export interface Dwell {
  /** The pointer is at a place of the viewport from now on; both in CSS pixels and milliseconds. */
  _move(ms: number, x: number, y: number, [width, height]: readonly [width: number, height: number]): void
  /** It has left, or a finger was lifted. */
  _leave(ms: number): void
  /** Tenths of a second in each cell so far, row by row. */
  _get(): number[]
}

/** A mouse that rests for longer has been let go of. */
const MAX_REST_MS = 5_000

const toCell = (offset: number, size: number, count: number) =>
  Math.max(0, Math.min(count - 1, Math.floor((offset / (size || 1)) * count)))

/** Adds up where in the viewport the pointer dwells. Pure. */
export function createDwell(): Dwell {
  const cells = new Array<number>(GRID_COLUMNS * GRID_ROWS).fill(0)
  let cell = -1
  let since = 0
  const settle = (ms: number) => {
    if (cell >= 0) cells[cell]! += Math.min(MAX_REST_MS, Math.max(0, ms - since))
    since = ms
  }
  return {
    _move(ms, x, y, [width, height]) {
      settle(ms)
      cell = toCell(y, height, GRID_ROWS) * GRID_COLUMNS + toCell(x, width, GRID_COLUMNS)
    },
    _leave(ms) {
      settle(ms)
      cell = -1
    },
    _get: () => cells.map((ms) => Math.round(ms / 100)),
  }
}
