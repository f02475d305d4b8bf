import type { Counter, Registry } from '../metrics/createRegistry.ts'

/** What is counted of each profile source, by its id. */
export interface ProfileSourceMetrics {
  readonly calls: Counter
  readonly hits: Counter
  readonly failures: Counter
  /** Calls that found nobody. */
  readonly misses: Counter
  /** Decided without it because its answer came later. */
  readonly late: Counter
  /** Has a source stand with 0 from the start. */
  begin(id: string): void
}

interface MeasuredSource {
  readonly id: string
  readonly isOpen: boolean
  readonly size: number
}

/** `getSources`: those in force. */
export function createProfileSourceMetrics(
  { counter, gauge }: Registry,
  getSources: () => Iterable<MeasuredSource>,
): ProfileSourceMetrics {
  const byId = (read: (source: MeasuredSource) => number) => () =>
    Object.fromEntries([...getSources()].map((source) => [source.id, read(source)]))
  gauge(
    'unblink_profile_source_open',
    '1 while a profile source is not asked, because it failed.',
    byId(({ isOpen }) => (isOpen ? 1 : 0)),
    'source',
  )
  gauge(
    'unblink_profile_source_cached',
    'Answers that are remembered.',
    byId(({ size }) => size),
    'source',
  )
  const count = (name: string, help: string) => counter(`unblink_profile_source_${name}_total`, help, 'source')
  const counters = {
    calls: count('calls', 'Requests to a profile source.'),
    hits: count('hits', 'Answers taken from memory.'),
    failures: count('failures', 'Calls that failed, and answers of no use.'),
    misses: count('misses', 'Calls that found nobody.'),
    late: count('late', 'Decisions made before a profile source had answered.'),
  }
  return {
    ...counters,
    begin(id) {
      for (const one of Object.values(counters)) one.add(0, id)
    },
  }
}
