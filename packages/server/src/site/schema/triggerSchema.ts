import { z } from 'zod'
import { check } from './check.ts'
import { choose } from './choose.ts'
import { selector, step } from './names.ts'
import { object } from './object.ts'

const MAX_COUNT = 100_000
const HOUR_MS = 3_600_000
const WEEK_MS = 7 * 24 * HOUR_MS

const count = z
  .number()
  .int('expected a whole number')
  .min(1, 'expected at least 1')
  .max(MAX_COUNT, `expected at most ${MAX_COUNT}`)

const range = object({ $gte: count.optional(), $lte: count.optional() }).check(
  check(({ $gte, $lte }) => {
    if ($gte === undefined && $lte === undefined) return 'expected a bound: { "$gte": 3 }'
    return $gte !== undefined && $lte !== undefined && $gte > $lte
      ? `no number is at least ${$gte} and at most ${$lte}; exchange them`
      : undefined
  }),
)

const countRange = choose<unknown>((value) => (typeof value === 'object' ? range : count))
const times = z.number().int('expected a whole number').min(1, 'expected at least 1').max(1_000)

const ms = (min: number, max: number) =>
  z.number().min(min, `expected milliseconds, at least ${min}`).max(max, `expected milliseconds, at most ${max}`)

const KINDS = {
  timeOnPageMs: ms(0, HOUR_MS),
  scrollPercent: z.number().min(1, 'expected 1 to 100').max(100, 'expected 1 to 100'),
  exitIntent: z.literal(true, 'expected true'),
  inactiveMs: ms(1_000, HOUR_MS),
  visit: countRange,
  view: countRange,
  seen: selector,
  event: z.string().min(1).max(100),
  categoryViews: object({ category: step, times }),
  cartAbandonedMs: ms(1_000, WEEK_MS),
}

const optional = Object.fromEntries(Object.entries(KINDS).map(([name, schema]) => [name, schema.optional()]))

const trigger = object({ ...optional, times: times.optional() }).check(
  check((value) => {
    const kinds = Object.keys(value).filter((name) => name !== 'times')
    if (kinds.length === 0) return `a trigger names one of ${Object.keys(KINDS).join(', ')}`
    if (kinds.length > 1)
      return `a trigger is one thing that happens, got ${kinds.join(' and ')}; for any of them write a list: [{ … }, { … }]`
    if ('times' in value && !('event' in value)) return '`times` counts an event; add `event`, or remove it'
    return undefined
  }),
)

const triggers = z.array(trigger).min(1, 'expected at least one trigger').max(10, 'expected at most 10 triggers')

/** One trigger or a list of them. */
export const whenSchema = choose<unknown>((value) => (Array.isArray(value) ? triggers : trigger))
