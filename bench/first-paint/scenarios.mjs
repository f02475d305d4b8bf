/** What is measured when nothing is asked for. */
export const DEFAULT_SCENARIOS = ['100ms', '100ms+4x']

/** `--scenarios all`. */
export const ALL_SCENARIOS = [
  '20ms',
  '100ms',
  '300ms',
  '1000ms',
  '20ms+4x',
  '100ms+4x',
  '300ms+4x',
  '100ms+rtt40',
  '100ms+rtt40+4x',
  '100ms+library-300',
  'never',
  '100ms+library-refused',
  '100ms+library-hanging',
]

const PARTS = [
  [/^(\d+)ms$/, ([, ms]) => ({ profileMs: Number(ms) })],
  [/^never$/, () => ({ profileMs: Infinity })],
  [/^library-(\d+)$/, ([, ms]) => ({ libraryMs: Number(ms) })],
  [/^library-(refused|hanging)$/, ([, fault]) => ({ libraryFault: fault })],
  [/^(\d)x$/, ([, rate]) => ({ cpu: Number(rate) })],
  [/^rtt(\d+)$/, ([, ms]) => ({ rttMs: Number(ms) })],
]

/** The give-up time of every hide that can be told one, so that nobody's default cuts a slow reply short. */
const SHARED_DEADLINE_MS = 3000

/**
 * Reads `300ms+4x+rtt40`: the profile endpoint's delay (or `never`), CPU slow-down, round trip, library trouble, in any
 * order. `deadlineMs` is undefined where nothing is answered: there each contender's own default is what is measured.
 */
export function parseScenario(id) {
  const scenario = { id, profileMs: 100, libraryMs: 40, libraryFault: undefined, cpu: 1, rttMs: 0 }
  for (const part of id.split('+')) {
    const [pattern, read] = PARTS.find(([each]) => each.test(part)) ?? []
    if (!pattern) throw new Error(`--scenarios ${id}: "${part}" means nothing. Examples: ${ALL_SCENARIOS.join(', ')}.`)
    Object.assign(scenario, read(pattern.exec(part)))
  }
  const isAnswered = Number.isFinite(scenario.profileMs)
  const canFail = !isAnswered || scenario.libraryFault !== undefined
  return { ...scenario, canFail, deadlineMs: isAnswered ? SHARED_DEADLINE_MS : undefined }
}
