import { DEFAULT_DEADLINE_MS, SlotState, type Boot } from '@unblink/protocol'
import { getProfileMs } from './getProfileMs.ts'
import { keepVisitor } from './identity/keepVisitor.ts'
import { read, write, type Kept } from './memory.ts'

const FLOOR_MS = 300
const CEILING_MS = 600
const TIMES = 8
const MISSES_BEFORE_PAUSE = 3
const FIRST_PAUSE_MS = 5 * 60_000
const MAX_PAUSE_MS = 60 * 60_000

/** Leaves what is remembered, and the baseline for every other slot. */
function pause({ slots }: Boot<Element, ChildNode>, ms: number): Kept {
  const { decisions = [], expiresAt = 0 } = read()
  const kept = decisions.filter(({ slot }) => slots[slot] && expiresAt > Date.now())
  const others = Object.keys(slots).filter((name) => !kept.some(({ slot }) => slot === name))
  return {
    decisions: [...kept, ...others.map((slot) => ({ slot, reason: 'disabled' as const }))],
    expiresAt: kept.length ? expiresAt : Date.now() + Math.min(MAX_PAUSE_MS, ms),
    // Whatever the page is rendered for: a server that does not answer may just have published something else.
    manifest: '',
  }
}

/**
 * Learns from this view's request: how long it took sets the next deadline (twice the slowest of the latest, within 300
 * to 600 ms, half of it for visitors who save data); missing the deadline in three views running stops the hiding for 5
 * minutes, then for longer: our outage must not slow the page. Remembered decisions for the baseline do that, and the
 * next reply that comes replaces them.
 */
export function rememberRequest(boot: Boot<Element, ChildNode>, isAnswered: boolean): void {
  keepVisitor(boot)
  const profileMs = isAnswered ? getProfileMs(boot.base) : undefined
  const { times = [], misses = 0 } = read()
  const slots = Object.values(boot.slots)
  if (profileMs === undefined && slots.some(({ decision }) => decision?.reason === 'disabled')) return
  const isMissed = slots.some(
    ({ state, cause, element }) => element && state === SlotState.baseline && cause === 'timeout',
  )
  const nextMisses = isMissed ? misses + 1 : 0
  const nextTimes = profileMs === undefined ? times : [...times, profileMs].slice(-TIMES)
  const isSaving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData
  const slowestMs = nextTimes.length ? Math.max(...nextTimes) : DEFAULT_DEADLINE_MS / 2
  const deadlineMs = Math.max(FLOOR_MS, Math.min(CEILING_MS, 2 * slowestMs)) / (isSaving ? 2 : 1)
  write({
    times: nextTimes,
    misses: nextMisses,
    deadlineMs,
    ...(nextMisses < MISSES_BEFORE_PAUSE ? {} : pause(boot, FIRST_PAUSE_MS * 2 ** (nextMisses - MISSES_BEFORE_PAUSE))),
  })
}
