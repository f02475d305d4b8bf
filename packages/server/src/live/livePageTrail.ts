import type { Pointer } from '@unblink/protocol'

export interface TrailPoint {
  readonly x: number
  readonly y: number
  /** Milliseconds since the view began. */
  readonly ms: number
  /** The slot under the pointer, '' for none. */
  readonly slot: string
}

/**
 * The points of one pointer event, from its differences. Its source text is put into the live view, so it may not refer
 * to anything outside itself.
 */
export function livePageTrail({ samples, slots }: Pointer): TrailPoint[] {
  const points: TrailPoint[] = []
  let ms = 0
  let x = 0
  let y = 0
  for (let i = 0; i + 3 < samples.length; i += 4) {
    ms += samples[i] ?? 0
    x += samples[i + 1] ?? 0
    y += samples[i + 2] ?? 0
    points.push({ x, y, ms, slot: slots[samples[i + 3] ?? -1] ?? '' })
  }
  return points
}
