import type { AnyEvent } from '@unblink/protocol'

/** What a row of the table `events` holds of the event itself. */
export interface EventColumns {
  readonly id: string
  readonly view: string
  readonly seq: number
  readonly type: string
  readonly at: number
  readonly mt: number
  readonly location: string
  readonly payload: string
}

/** The event that a row was made of. Only parsed events are ever stored, so what comes out is one. */
export const toEvent = ({ id, view, seq, type, at, mt, location, payload }: EventColumns): AnyEvent =>
  ({
    i: id,
    n: seq,
    pv: view,
    t: type,
    at,
    mt,
    lo: location,
    p: JSON.parse(payload) as object,
  }) as unknown as AnyEvent
