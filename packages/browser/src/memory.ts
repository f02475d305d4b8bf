import { getImages } from './getImages.ts'
import { SlotState, type Boot, type Decision, type Memory, type ProfileReply } from '@unblink/protocol'

const KEY = 'unblink'
/** A remembered decision is for this visit; whoever comes back later is decided anew. */
const MAX_AGE_MS = 30 * 60_000
const FLOOR_MS = 300
const CEILING_MS = 600
const TIMES = 8
const MISSES_BEFORE_PAUSE = 3
const FIRST_PAUSE_MS = 5 * 60_000
const MAX_PAUSE_MS = 60 * 60_000

/** What the snippet reads, and what it is worked out from. */
interface Kept extends Memory {
  /** Milliseconds that the latest replies took. */
  readonly times?: readonly number[]
  /** Views in a row in which a slot had to be shown without a decision. */
  readonly misses?: number
}

function read(): Kept {
  try {
    return (JSON.parse(localStorage[KEY] as string) as Kept | null) ?? {}
  } catch {
    return {} // Nothing there, spoilt or refused: a first visit.
  }
}

/** Browsers keep what a script stores for a week at least after the last visit, and some no longer. */
const COOKIE_AGE_S = 7 * 24 * 60 * 60

/** Tells the snippet whether there is anything to read: asking storage itself costs it milliseconds. */
function mark(ageS: number): void {
  document.cookie = `${KEY}=1; path=/; max-age=${ageS}; samesite=lax`
}

function write(change: Kept): void {
  try {
    localStorage[KEY] = JSON.stringify({ ...read(), ...change })
    mark(COOKIE_AGE_S)
  } catch {
    // Refused or full: the next view asks as this one did.
  }
}

/** No content, no experience: nothing was known that matched. What the visitor does next may change just that. */
const isFinal = ({ content, experience, reason }: Decision) =>
  content || experience !== undefined || reason === 'holdout'

/**
 * Keeps the decisions for the next view, which then hides nothing. "Nothing matched" is kept only when it comes from
 * behind the latest events (`isLearnt`), and only until something new happened: see `forgetDoubts`.
 */
export function rememberDecisions(
  boot: Boot<Element, ChildNode>,
  { decisions = [], expiresAt }: ProfileReply,
  isLearnt: boolean,
): void {
  const kept = decisions
    .filter((decision) => isLearnt || isFinal(decision))
    .map((decision) => (decision.reason === 'holdout' ? decision : { ...decision, reason: 'cached' as const }))
  const images = kept.flatMap(({ slot, content }) => (boot.slots[slot] && content ? getImages(content) : []))
  write({ decisions: kept, images, expiresAt: Math.min(expiresAt, Date.now() + MAX_AGE_MS) })
}

/** When a page is left, what it has just told the collector may make a slot match: its next view asks. */
export function forgetDoubts(): void {
  const { decisions } = read()
  if (decisions?.some((decision) => !isFinal(decision))) write({ decisions: decisions.filter(isFinal) })
}

/** Leaves what is remembered, and the baseline for every other slot. */
function pause({ slots }: Boot<Element, ChildNode>, ms: number): Kept {
  const { decisions = [], expiresAt = 0 } = read()
  const kept = decisions.filter(({ slot }) => slots[slot] && expiresAt > Date.now())
  const others = Object.keys(slots).filter((name) => !kept.some(({ slot }) => slot === name))
  return {
    decisions: [...kept, ...others.map((slot) => ({ slot, reason: 'disabled' as const }))],
    expiresAt: kept.length ? expiresAt : Date.now() + Math.min(MAX_PAUSE_MS, ms),
  }
}

/**
 * Learns from this view's request: how long it took sets the next deadline (twice the slowest of the latest, within 300
 * to 600 ms, half of it for visitors who save data); missing the deadline in three views running stops the hiding for 5
 * minutes, then for longer: our outage must not slow the page. Remembered decisions for the baseline do that, and the
 * next reply that comes replaces them.
 */
export function rememberRequest(boot: Boot<Element, ChildNode>, profileMs: number | undefined): void {
  const { times = [], misses = 0 } = read()
  const slots = Object.values(boot.slots)
  if (profileMs === undefined && slots.some(({ decision }) => decision?.reason === 'disabled')) return
  const isMissed = slots.some(
    ({ state, cause, element }) => element && state === SlotState.baseline && cause === 'timeout',
  )
  const nextMisses = isMissed ? misses + 1 : 0
  const nextTimes = profileMs === undefined ? times : [...times, profileMs].slice(-TIMES)
  const isSaving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData
  const deadlineMs = Math.max(FLOOR_MS, Math.min(CEILING_MS, 2 * Math.max(...nextTimes))) / (isSaving ? 2 : 1)
  write({
    times: nextTimes,
    misses: nextMisses,
    ...(nextTimes.length ? { deadlineMs } : {}),
    ...(nextMisses < MISSES_BEFORE_PAUSE ? {} : pause(boot, FIRST_PAUSE_MS * 2 ** (nextMisses - MISSES_BEFORE_PAUSE))),
  })
}

/** Erases all of it: consent was refused or withdrawn. */
export function forget(): void {
  try {
    mark(0)
    delete localStorage[KEY]
  } catch {
    // Refused: then there is nothing.
  }
}
