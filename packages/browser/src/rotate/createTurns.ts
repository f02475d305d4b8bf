import type { RotationTurn } from '@unblink/protocol'

/**
 * Why a slot does not go on by itself; each holds until it is lifted. `away`: out of view; `hidden`: the tab is; `over`: the
 * pointer is over it; `focused`: the focus is on its buttons; `paused`: the visitor wants it so or has touched it; `still`:
 * reduced motion is preferred.
 */
export const Halt = { away: 0, hidden: 1, over: 2, focused: 3, paused: 4, still: 5 } as const
export type Halt = (typeof Halt)[keyof typeof Halt]

export type TurnCause = RotationTurn['cause']

/**
 * Shows a content; false, and nothing changed, when it does not fit. `shownMs`: milliseconds for which the one before could be
 * seen, neither `away` nor `hidden`.
 */
export type ShowContent = (index: number, cause: TurnCause, shownMs: number) => boolean

export interface Turns {
  /** What halts it; it goes on by itself while that is nothing. */
  readonly halts: ReadonlySet<Halt>
  /** Begins or ends a reason to halt. After the last has ended, the content shown gets its whole time again. */
  halt(reason: Halt, isOn: boolean): void
  /** Goes on at once. */
  turn(cause: TurnCause): void
}

/**
 * Goes from content to content, round and round; those that do not fit are passed over. Begins `away`. (Positional, because
 * the names of an object's members would be a fiftieth of the file.)
 * @param index The content shown at first, of `count`.
 * @param onHalt Called after each change of what halts it.
 */
export function createTurns(
  index: number,
  count: number,
  everyMs: number,
  show: ShowContent,
  onHalt: () => void,
): Turns {
  const halts = new Set<Halt>([Halt.away])
  let timer: ReturnType<typeof setTimeout> | undefined
  let shownMs = 0
  let at = 0
  let isSeen = false

  const rest = () => {
    const now = performance.now()
    if (isSeen) shownMs += now - at
    at = now
    isSeen = !halts.has(Halt.away) && !halts.has(Halt.hidden)
    clearTimeout(timer)
    if (!halts.size) timer = setTimeout(turn, everyMs, 'auto')
  }
  const turn = (cause: TurnCause) => {
    rest()
    for (let step = 1; step < count; step++) {
      const next = (index + step) % count
      if (!show(next, cause, Math.round(shownMs))) continue
      index = next
      shownMs = 0
      break
    }
  }
  return {
    halts,
    halt(reason, isOn) {
      halts[isOn ? 'add' : 'delete'](reason)
      rest()
      onHalt()
    },
    turn,
  }
}
