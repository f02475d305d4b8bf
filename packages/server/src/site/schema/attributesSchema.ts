import { EVENT_TYPES, isObject } from '@unblink/protocol'
import { z } from 'zod'
import { check } from './check.ts'
import { choose } from './choose.ts'
import { json } from './json.ts'
import { attributePath, step } from './names.ts'
import { object } from './object.ts'

const MAX_ATTRIBUTES = 50
const KINDS = [
  'count',
  'sum',
  'first',
  'last',
  'recent',
  'rfm',
  'engagement',
  'affinity',
  'cart',
  'unbought',
  'quality',
] as const
/** What the server works out itself, or is told. */
const TAKEN = ['visits', 'views', 'intent', 'goals', 'holdings', 'audiences']

const types = EVENT_TYPES.filter((type) => type !== 'attributes')

const selector = object({ event: z.enum(types), where: z.record(z.string(), json).optional() })

/** A custom event of this name. */
const named = (name: string) => selector.default({ event: 'custom', where: { name } } as never)

const range = z
  .tuple([z.number(), z.number()], 'expected the least and the greatest number: [0, 1000]')
  .refine(([min, max]) => min <= max, 'expected a range that goes up, like [0, 1000]')

const hours = z.number().min(1, 'expected hours, at least 1').max(100_000)
const most = z.number().int('expected a whole number').min(1).max(50)
const points = z.number().min(0, 'expected 0 or more').max(1_000)
const scale = z.number().gt(0, 'expected more than 0').max(1e9)

const steps = z
  .array(z.number())
  .min(1, 'expected one to nine rising bounds')
  .max(9, 'expected one to nine rising bounds')
  .check(
    check((bounds) =>
      bounds.some((bound, index) => index > 0 && bound <= bounds[index - 1]!)
        ? `the bounds have to rise: ${[...new Set(bounds)].sort((a, b) => a - b).join(', ')}`
        : undefined,
    ),
  )

const values = { on: selector, of: attributePath }

const SHAPES: Readonly<Record<(typeof KINDS)[number], z.core.$ZodLooseShape>> = {
  count: { on: selector },
  sum: { ...values, range: range.optional() },
  first: { ...values, range: range.optional() },
  last: { ...values, range: range.optional() },
  recent: { ...values, max: most.default(10) },
  rfm: {
    on: selector,
    of: attributePath.default('value'),
    range: range.optional(),
    steps: object({
      days: steps.default([7, 30, 90, 180]),
      count: steps.default([2, 4, 8, 16]),
      value: steps.default([50, 200, 500, 1_000]),
    }).prefault({}),
  },
  engagement: {
    halfLifeHours: hours.default(168),
    points: object({
      activeSecond: points.default(1),
      pageView: points.default(3),
      interaction: points.default(5),
      conversion: points.default(30),
    }).prefault({}),
    scale: scale.default(120),
  },
  affinity: {
    ...values,
    halfLifeHours: hours.default(168),
    minScore: z.number().min(0).max(100).default(20),
    scale: scale.default(4),
    max: most.default(20),
  },
  cart: {
    add: named('add_to_cart'),
    remove: named('remove_from_cart'),
    bought: named('purchase'),
    item: attributePath.default('props.items.item_id'),
  },
  unbought: {
    viewed: named('view_item'),
    bought: named('purchase'),
    item: attributePath.default('props.items.item_id'),
    afterHours: z.number().min(0).max(8_784).default(0),
    withinHours: hours.default(720),
    max: most.default(20),
  },
  quality: {},
}

const declarations = Object.fromEntries(
  KINDS.map((kind) => [kind, object({ kind: z.literal(kind), ...SHAPES[kind] })]),
) as unknown as Readonly<Record<string, z.ZodType<unknown>>>

const unknownKind = z.looseObject({ kind: z.enum(KINDS) })

const declaration = choose<unknown>((value) => {
  const kind = isObject(value) ? String(value['kind']) : ''
  return Object.hasOwn(declarations, kind) ? declarations[kind]! : unknownKind
})

export const attributesSchema = z
  .record(
    step.refine((name) => !TAKEN.includes(name), 'this name has a meaning of its own; choose another'),
    declaration,
  )
  .default({})
  .check(
    check((attributes) => {
      const count = Object.keys(attributes).length
      return count > MAX_ATTRIBUTES ? `${count} attributes, at most ${MAX_ATTRIBUTES} can be declared` : undefined
    }),
  )
