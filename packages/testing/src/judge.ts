/** Where a verdict comes from: presented frames, the screen itself, or the page's own computed styles. */
export type ProbeSource = 'trace' | 'screen' | 'dom'

/** What one look at a slot saw. */
export interface Look {
  /** Epoch milliseconds, with fractions. */
  readonly at: number
  /** Names of the contents that were visible, baseline first; empty: the slot showed none of its colours. */
  readonly shows: readonly string[]
}

/** What one source says of one slot between the probe's start and its stop. */
export interface SlotVerdict {
  readonly source: ProbeSource
  /** Looks taken. A look is a presented frame with damage (trace), a sample (screen) or a rendered frame (dom). */
  readonly frames: number
  /** States in order: `hidden→variant`. Two contents at once are joined: `baseline+variant`. */
  readonly sequence: string
  /** Looks in which the baseline was visible, in a run that showed a variant before or after it; else 0. */
  readonly flickerFrames: number
  /** How long those looks lasted, in milliseconds. */
  readonly flickerMs: number
  /** How often the slot was shown, then hidden, then shown again. */
  readonly blinks: number
  /** Milliseconds from the navigation's start to the first look at which the slot showed anything; undefined: never. */
  readonly firstShownAt: number | undefined
  /** The state at the last look. */
  readonly final: string
  /** Every change of state, in milliseconds from the navigation's start (negative: before it). */
  readonly timeline: readonly { readonly at: number; readonly state: string }[]
  /** The longest time without a look, in milliseconds; a shorter flash may be missed. Only where looks are periodic (screen, dom). */
  readonly longestGapMs: number | undefined
}

export interface Watch {
  readonly source: ProbeSource
  /** Epoch milliseconds at which times in the verdict count from zero. */
  readonly origin: number
  /** Epoch milliseconds at which the watching ended: the last state lasts until then. */
  readonly endedAt: number
}

interface Run {
  readonly state: string
  readonly from: number
  to: number
  looks: number
}

/** Turns looks, in the order of time, into a verdict. Pure. */
export function judge(looks: readonly Look[], { source, origin, endedAt }: Watch): SlotVerdict {
  const runs = toRuns(looks, endedAt)
  // The page's own witness starts with the document's first frame; until then nothing of the view was there.
  if (source === 'dom' && runs[0] && runs[0].state !== 'hidden')
    runs.unshift({ state: 'hidden', from: origin, to: runs[0].from, looks: 0 })
  const baseline = runs.filter((run) => run.state.split('+').includes('baseline'))
  const flickered = runs.some((run) => run.state.split('+').some((name) => name !== 'baseline' && name !== 'hidden'))
  const shown = runs.flatMap((run, index) => (run.state === 'hidden' ? [] : [index]))
  const first = shown[0]
  const last = shown.at(-1)
  return {
    source,
    frames: looks.length,
    sequence: runs.map((run) => run.state).join('→'),
    flickerFrames: flickered ? sum(baseline.map((run) => run.looks)) : 0,
    flickerMs: flickered ? round(sum(baseline.map((run) => run.to - run.from))) : 0,
    blinks: first === undefined ? 0 : runs.slice(first, last).filter((run) => run.state === 'hidden').length,
    firstShownAt: first === undefined ? undefined : round(runs[first]!.from - origin),
    final: runs.at(-1)?.state ?? 'hidden',
    timeline: runs.map((run) => ({ at: round(run.from - origin), state: run.state })),
    longestGapMs: source === 'trace' ? undefined : longestGap(looks),
  }
}

function toRuns(looks: readonly Look[], endedAt: number): Run[] {
  const runs: Run[] = []
  for (const look of looks) {
    const state = look.shows.join('+') || 'hidden'
    const previous = runs.at(-1)
    if (previous) previous.to = look.at
    if (previous?.state === state) previous.looks += 1
    else runs.push({ state, from: look.at, to: Math.max(look.at, endedAt), looks: 1 })
  }
  const final = runs.at(-1)
  if (final) final.to = Math.max(final.to, endedAt)
  return runs
}

function longestGap(looks: readonly Look[]): number {
  return round(looks.reduce((longest, look, index) => Math.max(longest, index ? look.at - looks[index - 1]!.at : 0), 0))
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
const round = (ms: number) => Math.round(ms * 10) / 10
