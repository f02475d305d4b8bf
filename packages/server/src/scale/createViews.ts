import { performance } from 'node:perf_hooks'
import type { Site } from '../site/site.ts'
import type { Bucket } from './createBucket.ts'
import { createRemembered } from './createRemembered.ts'
import { EMPTY, foldMessage, hasSeen, parseState, type FoldedState, type SequencedMessage } from './foldedState.ts'

export interface ViewsOptions {
  readonly profiles: Bucket
  readonly getSite: () => Site
  /** Told why a profile could not be read. */
  readonly onFail?: (error: unknown) => void
  /** How long a profile that was read is used without asking again. @default 500 */
  readonly freshMs?: number
  /** How long it may be used when nobody answers. @default 10 minutes */
  readonly staleMs?: number
  /** Visitors remembered. @default 10 000 */
  readonly limit?: number
  /** Monotonic milliseconds. @default performance.now */
  readonly getTime?: () => number
}

/**
 * What this process knows of visitors: their profiles as they were read a moment ago, and over them the events that this
 * process has brought into the stream and that no worker has folded yet. So a visitor sees the effect of what was just
 * sent, wherever the workers are.
 */
export interface Views {
  /** Reads a visitor's profile, unless it is fresh. False when nobody answers and nothing is known; never rejects. */
  load(visitor: string): Promise<boolean>
  /** As far as it is known here; undefined for one who is not. */
  get(visitor: string): FoldedState | undefined
  /** Whether the event is known to be in the stream already. */
  has(visitor: string, id: string): boolean
  /** A message that is in the stream. */
  add(message: SequencedMessage): void
  /** Whether a worker has folded the message, as far as a fresh look tells. */
  isFolded(visitor: string, seq: number): Promise<boolean>
}

interface View {
  /** As a worker has written it. */
  base: FoldedState
  /** In the stream and not in `base`, in its order. */
  pending: readonly SequencedMessage[]
  now: FoldedState
  /** Monotonic milliseconds; -Infinity for one that was never read. */
  loadedAt: number
  loading: Promise<boolean> | undefined
}

const MAX_PENDING = 1_000
/** One attempt to read takes as long as the bucket waits; the second goes to another server, where there is one. */
const TRIES = 3

export function createViews({
  profiles,
  getSite,
  onFail = () => {},
  freshMs = 500,
  staleMs = 600_000,
  limit = 10_000,
  getTime = () => performance.now(),
}: ViewsOptions): Views {
  const views = createRemembered(limit, (): View => ({
    base: EMPTY,
    pending: [],
    now: EMPTY,
    loadedAt: -Infinity,
    loading: undefined,
  }))

  const foldAll = (view: View) => {
    const site = getSite()
    view.now = view.pending.reduce((state, message) => foldMessage(state, message, site), view.base)
  }

  const read = async (visitor: string): Promise<FoldedState> => {
    for (let tries = 1; ; tries++) {
      try {
        const value = await profiles.get(visitor)
        return value ? parseState(value.text) : EMPTY
      } catch (error) {
        if (tries === TRIES) throw error
      }
    }
  }

  const refresh = async (visitor: string, view: View): Promise<boolean> => {
    try {
      const base = await read(visitor)
      view.loadedAt = getTime()
      // A server that is behind must not take back what another has told.
      if (base.seq < view.base.seq) return true
      view.base = base
      view.pending = view.pending.filter(({ seq }) => seq > base.seq)
      foldAll(view)
      return true
    } catch (error) {
      onFail(error)
      return getTime() - view.loadedAt <= staleMs
    } finally {
      view.loading = undefined
    }
  }

  const load = (visitor: string, isFreshWanted: boolean): Promise<boolean> => {
    const view = views.touch(visitor)
    if (!isFreshWanted && getTime() - view.loadedAt < freshMs) return Promise.resolve(true)
    return (view.loading ??= refresh(visitor, view))
  }

  return {
    load: (visitor) => load(visitor, false),
    get: (visitor) => views.get(visitor)?.now,
    has(visitor, id) {
      const view = views.get(visitor)
      return !!view && hasSeen(view.now, id)
    },
    add(message) {
      const view = views.touch(message.visitor)
      const { seq } = message
      if (seq <= view.base.seq || view.pending.some((one) => one.seq === seq)) return
      const isLast = seq > (view.pending.at(-1)?.seq ?? 0)
      view.pending = [...view.pending, message].sort((a, b) => a.seq - b.seq).slice(-MAX_PENDING)
      if (isLast) view.now = foldMessage(view.now, message, getSite())
      else foldAll(view)
    },
    async isFolded(visitor, seq) {
      await load(visitor, true)
      return (views.get(visitor)?.base.seq ?? 0) >= seq
    },
  }
}
