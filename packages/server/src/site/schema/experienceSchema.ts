import { isObject } from '@unblink/protocol'
import { z } from 'zod'
import { getClosest } from '../getClosest.ts'
import { check } from './check.ts'
import { choiceSchema } from './choiceSchema.ts'
import { choose } from './choose.ts'
import { contentSchema, findRotationFault, rotationSchema } from './contentSchema.ts'
import { json } from './json.ts'
import { attributePath, id, share } from './names.ts'
import { object } from './object.ts'
import { whenSchema } from './triggerSchema.ts'
import { unique } from './unique.ts'

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
const MAX_COUNT = 1_000_000
const YEAR_MS = 366 * 86_400_000

/** An object; what it says is looked at by `findConditionProblems`. */
export const conditionSchema = z.record(z.string(), json)

const variant = object({
  id,
  weight: z.number().min(0, 'expected 0 or more').max(1e6).optional(),
  content: contentSchema.optional(),
  rotation: rotationSchema.optional(),
}).check(
  check((value) => {
    if (!value.rotation) return undefined
    if (!value.content)
      return 'a rotation goes on from `content`, which is missing; add the content that is shown first'
    return findRotationFault([value.content, ...value.rotation.contents])
  }),
)

const variants = z
  .array(variant)
  .min(1, 'expected at least one variant')
  .check(
    check((list) => {
      const isUnreachable = list.every(({ weight }) => weight === 0)
      return isUnreachable
        ? 'all weights are 0, so nobody gets a variant; give one a weight, or remove the experience'
        : unique(list, 'variants')
    }),
  )

/** Epoch milliseconds, or ISO 8601 with an offset: a time without one is another on every machine. */
const moment = choose<number>((value) =>
  typeof value === 'string'
    ? z
        .string()
        .check(
          check((text) => {
            if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) || !Date.parse(text))
              return 'expected a time like "2030-01-31T09:00:00+01:00" (with its offset from UTC, or Z), or epoch milliseconds'
            return text.includes('T') ? undefined : 'a day is no moment; add a time with its offset: "T00:00:00Z"'
          }),
        )
        .transform((text) => Date.parse(text))
    : z
        .number()
        .min(1e11, 'expected epoch milliseconds, or a time like "2030-01-31T09:00:00Z"; this looks like seconds')
        .max(8.64e15),
)

const timeZone = z.string().check(
  check((name) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: name })
      return undefined
    } catch {
      const last = name.split('/').at(-1)!
      const zones = Intl.supportedValuesOf('timeZone')
      const closest =
        getClosest(name, zones) ?? zones.find((zone) => zone.toLowerCase().endsWith(`/${last.toLowerCase()}`))
      return `there is no time zone "${name}"; ${closest ? `did you mean "${closest}"?` : 'use a name like "Europe/Berlin"'}`
    }
  }),
)

const hour = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'expected a time of day like "09:00", up to "24:00"')

const schedule = object({
  from: moment.optional(),
  to: moment.optional(),
  timeZone: timeZone.optional(),
  days: z.array(z.enum(DAYS)).min(1, 'expected at least one day; leave `days` out for all').optional(),
  hours: z.tuple([hour, hour], 'expected two times, when it opens and when it closes: ["09:00", "17:00"]').optional(),
}).check(
  check(({ from, to, hours, ...rest }) => {
    if (from !== undefined && to !== undefined && from >= to)
      return 'it ends before it begins, so it never runs; exchange `from` and `to`'
    if (hours && hours[0] === hours[1])
      return `it closes when it opens, so it never runs; for all day leave \`hours\` out`
    if (rest.timeZone && !hours && !rest.days)
      return '`timeZone` is for `days` and `hours`, and there are none; add them, or remove it'
    return from === undefined && to === undefined && !hours && !rest.days
      ? 'the schedule says nothing; add `from`, `to`, `days` or `hours`, or remove it'
      : undefined
  }),
)

const limit = z
  .number()
  .int('expected a whole number')
  .min(1, 'expected at least 1; to switch the experience off remove it, or end its `schedule`')
  .max(MAX_COUNT)

const cap = object({
  impressions: limit.optional(),
  dismissals: limit.optional(),
  ignored: limit.optional(),
  per: z.enum(['session', 'day', 'ever']),
  coolDownMs: z.number().min(1, 'expected milliseconds, at least 1').max(YEAR_MS).optional(),
}).check(
  check(({ per: _per, ...limits }) =>
    Object.values(limits).every((value) => value === undefined)
      ? 'the cap limits nothing; add `impressions`, `dismissals`, `ignored` or `coolDownMs`'
      : undefined,
  ),
)

const namespace = object({
  id,
  range: z
    .tuple([share, share], 'expected a range of two shares, like [0, 0.5]')
    .refine(([from, to]) => from < to, 'expected a range that goes up, like [0, 0.5]'),
})

/** The id of an audience, or a condition in its place; what it says is looked at by `findConditionProblems`. */
const idOrCondition = choose<unknown>((value) => (isObject(value) ? conditionSchema : z.string()))

const rankBy = z.record(id, z.array(attributePath).min(1, 'expected the path of each content’s score, in their order'))

const experience = object({
  id,
  slot: z.string(),
  kind: z.enum(['personalization', 'experiment']),
  priority: z.number().optional(),
  audience: idOrCondition.optional(),
  suppress: idOrCondition.optional(),
  schedule: schedule.optional(),
  when: whenSchema.optional(),
  cap: cap.optional(),
  namespace: namespace.optional(),
  coverage: share.optional(),
  seed: z.string().min(1).optional(),
  variants,
  rankBy: rankBy.optional(),
  choose: choiceSchema.optional(),
}).check(
  check((value) => {
    if (value.kind === 'experiment' && value.variants.length === 1 && value.variants[0]?.content)
      return 'an experiment compares, and has one variant; add the control, { "id": "control" }, or make it a personalization'
    if (!value.choose) return undefined
    if (value.kind === 'experiment')
      return 'an experiment compares fixed shares, so nothing can choose in it; make it a personalization, or remove `choose`'
    if (value.when)
      return 'pages decide what waits for a trigger, and nothing can choose there; remove `choose`, or `when`'
    if (value.variants.length === 1)
      return 'there is one variant, so there is nothing to choose; add another, or remove `choose`'
    return undefined
  }),
)

export const experiencesSchema = z
  .array(experience)
  .default([])
  .check(check((list) => unique(list, 'experiences')))
