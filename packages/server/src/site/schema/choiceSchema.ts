import { isObject } from '@unblink/protocol'
import { z } from 'zod'
import { check } from './check.ts'
import { choose } from './choose.ts'
import { attributePath, id, step } from './names.ts'
import { object } from './object.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const bandit = object({
  bandit: object({
    goal: z.string(),
    floor: z
      .number()
      .min(0, 'expected a share from 0 to 0.5')
      .max(0.5, 'expected a share from 0 to 0.5 (0.05 for 5 percent)')
      .default(0.05),
    halfLifeMs: z
      .number()
      .min(HOUR_MS, 'expected milliseconds, at least an hour: 3 600 000')
      .max(3_660 * DAY_MS)
      .default(14 * DAY_MS),
    windowMs: z
      .number()
      .min(1_000, 'expected milliseconds, at least 1 000')
      .max(90 * DAY_MS, 'expected milliseconds, at most 90 days')
      .default(DAY_MS),
    contexts: z
      .array(id)
      .max(20, 'expected at most 20 audiences; each learns by itself, from fewer visitors')
      .default([]),
    maxValue: z.number().gt(0, 'expected more than 0').max(1e9).optional(),
  }),
})

const model = object({ model: z.string(), shadow: z.boolean().optional() })

const choice = choose<unknown>((value) => (isObject(value) && 'bandit' in value ? bandit : model))

/** One choice, or a list that is asked in order. */
export const choiceSchema = choose<unknown>((value) =>
  Array.isArray(value)
    ? z.array(choice).min(1, 'expected at least one choice; leave `choose` out to decide by weights').max(5)
    : choice.transform((one) => [one]),
)

const address = z.string().check(
  check((text) => {
    if (!URL.canParse(text) || !/^https?:/.test(text))
      return 'expected the address of the model server, like "http://127.0.0.1:8080"'
    const { username, password, search, hash } = new URL(text)
    if (username || password || search || hash) return 'expected an address without a user, a query and a fragment'
    return /\/v2\/?$/.test(text) ? 'leave out "/v2"; it is added' : undefined
  }),
)

const tensor = z.string().min(1, 'expected the name of a tensor').max(100)

const feature = choose<unknown>((value) =>
  isObject(value) ? object({ path: attributePath, is: z.union([z.string(), z.number(), z.boolean()]) }) : attributePath,
)

export const modelsSchema = z
  .record(
    step,
    object({
      url: address,
      name: tensor.optional(),
      version: tensor.optional(),
      features: z.array(feature).min(1, 'expected at least one attribute path').max(500),
      input: tensor.default('features'),
      output: tensor.default('scores'),
      datatype: z.enum(['FP32', 'FP64']).default('FP64'),
      timeoutMs: z.number().min(1).max(1_000).default(30),
      maxBatch: z.number().int('expected a whole number').min(1).max(256).default(32),
      gatherMs: z.number().min(0).max(50).default(2),
    }),
  )
  .default({})
