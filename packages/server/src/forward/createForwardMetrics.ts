/* eslint-disable unblink/banned-words -- A company has this name. */
import type { Counter, Registry } from '../metrics/createRegistry.ts'
import { DESTINATIONS, type Destination } from './destinations.ts'

/** What became of an event. */
export const FATES = ['sent', 'unmapped', 'nobody', 'bot', 'too_old', 'invalid', 'too_large', 'refused'] as const
export type Fate = (typeof FATES)[number]

export interface ForwardMetrics {
  /** Events done with, by their fate. */
  readonly events: Readonly<Record<Destination, Counter>>
  /** @param who What serves the destination; it fails while one of them does. True when that is news. */
  setFailing(destination: Destination, who: object, isFailing: boolean): boolean
}

export interface ForwardMetricsInput {
  readonly registry: Registry
  readonly isOn: (destination: Destination) => boolean
  readonly getPending: (destination: Destination) => number
  /** What is counted as pending. */
  readonly pendingHelp: string
}

export function createForwardMetrics({ registry, isOn, getPending, pendingHelp }: ForwardMetricsInput): ForwardMetrics {
  const failing: Readonly<Record<Destination, Set<object>>> = { ga4: new Set(), segment: new Set() }
  const read = (get: (destination: Destination) => number) => () =>
    Object.fromEntries(DESTINATIONS.filter(isOn).map((one) => [one, get(one)]))
  registry.gauge('unblink_forward_pending', pendingHelp, read(getPending), 'to')
  registry.gauge(
    'unblink_forward_failing',
    '1 while a destination takes nothing.',
    read((one) => (failing[one].size > 0 ? 1 : 0)),
    'to',
  )
  const count = (destination: Destination) =>
    registry.counter(
      `unblink_forward_${destination}_events_total`,
      `Events done with for ${destination}, by what became of them.`,
      'fate',
      FATES,
    )
  return {
    events: { ga4: count('ga4'), segment: count('segment') },
    setFailing(destination, who, isFailing) {
      const wasFailing = failing[destination].has(who)
      if (isFailing) failing[destination].add(who)
      else failing[destination].delete(who)
      return wasFailing !== isFailing
    },
  }
}
