import { z } from 'zod'
import { isKnownOperator } from '../operators.ts'
import { attributesSchema } from './attributesSchema.ts'
import { check } from './check.ts'
import { modelsSchema } from './choiceSchema.ts'
import { cookieDomain } from './cookieDomain.ts'
import { conditionSchema, experiencesSchema } from './experienceSchema.ts'
import { forwardSchema } from './forwardSchema.ts'
import { hooksSchema } from './hooksSchema.ts'
import { json } from './json.ts'
import { keysSchema } from './keysSchema.ts'
import { attributePath, id, selector, share, step } from './names.ts'
import { object } from './object.ts'
import { privateHostsSchema, webhooksSchema } from './webhooksSchema.ts'
import { profileSourcesSchema } from './profileSourcesSchema.ts'

/** Groups travel to every page with the manifest. */
const MAX_GROUP = 1_000

const consent = z.enum(['granted', 'denied', 'pending'])

const origin = z.string().check(
  check((value) => {
    if (URL.canParse(value) && new URL(value).origin === value) return undefined
    const meant = URL.canParse(value) ? new URL(value).origin : 'null'
    return `expected an origin, scheme and host only${meant === 'null' ? ', like "https://www.example.com"' : `: "${meant}"`}`
  }),
)

const isFunction = (value: unknown) => typeof value === 'function'

const aFunction = (like: string) =>
  z.custom<(...given: never[]) => unknown>(
    isFunction,
    `expected a function, like ${like}; a .json config can have none`,
  )

const operator = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9]{0,39}$/, 'expected letters and digits, without the $')
  .refine((name) => !isKnownOperator(`$${name}`), 'the condition language has this operator; choose another name')

const profileUrl = z.string().check(
  check((text) => {
    const filled = text.replaceAll('{{visitor}}', 'v')
    if (!URL.canParse(filled) || !/^https?:/.test(filled))
      return 'expected an address like "https://cdp.example.com/profiles/{{visitor}}"'
    if (filled === text) return 'expected {{visitor}} in the address, in whose place the visitor’s id is put'
    return filled.includes('{{') ? 'only {{visitor}} can be filled in here' : undefined
  }),
)

/** The shape of a site with its defaults; what refers to what is checked by `findBrokenReferences`. */
export const siteSchema = object({
  id: z.string().regex(/^[a-z0-9-]{1,60}$/, 'expected 1 to 60 of a-z, 0-9 and -'),
  keys: keysSchema,
  cookieDomain: cookieDomain.optional(),
  origins: z.array(origin).default([]),
  consent: object({ personalization: consent.default('pending'), analytics: consent.default('pending') }).prefault({}),
  slots: z.record(
    id,
    object({
      selector: selector.optional(),
      deadlineMs: z.number().min(50).max(3_000).optional(),
      late: z.enum(['keep', 'fade', 'next']).optional(),
      defer: z.boolean().optional(),
    }),
  ),
  audiences: z.record(id, conditionSchema).default({}),
  groups: z
    .record(id, z.array(json).max(MAX_GROUP, `expected at most ${MAX_GROUP} values, since every page gets them`))
    .default({}),
  holdout: object({ share, seed: z.string().min(1) }).optional(),
  experiences: experiencesSchema,
  categories: z
    .record(
      step,
      object({
        paths: z.array(
          z
            .string()
            .regex(
              /^\/[^*?#]*\*?$/,
              'expected a path like "/loans" or "/loans/*": a slash first, * only at the end, no query',
            ),
        ),
        items: z.array(z.string().min(1, 'expected the name of a category').max(100)).max(100).optional(),
        intent: z.boolean().optional(),
      }).check(
        check(({ paths, items }) =>
          paths.length === 0 && !items?.length
            ? 'expected at least one path, or in `items` what your data layer calls it'
            : undefined,
        ),
      ),
    )
    .default({}),
  intents: object({
    halfLifeHours: z.number().min(1).max(100_000).default(168),
    minScore: z.number().min(0).max(100).default(20),
  }).prefault({}),
  goals: z.record(step, object({ holdings: z.array(z.string().min(1).max(100)).max(50).optional() })).default({}),
  attributes: attributesSchema,
  models: modelsSchema,
  expose: z.array(attributePath).default([]),
  webhooks: webhooksSchema,
  privateHosts: privateHostsSchema,
  queryAllowList: z.array(z.string().min(1)).default([]),
  profile: aFunction('async ({ visitor }) => ({ tier: await readTier(visitor) })').optional(),
  profileUrl: profileUrl.optional(),
  profileSources: profileSourcesSchema.optional(),
  hooks: hooksSchema.optional(),
  profileTimeoutMs: z.number().min(1).max(2_000).default(50),
  operators: z.record(operator, aFunction('(actual, expected) => actual === expected')).default({}),
  forward: forwardSchema.optional(),
  onEvent: aFunction('(event, { visitor }) => queue.push(event)').optional(),
}).check(
  check(({ profile, profileUrl: url }) =>
    profile && url !== undefined ? 'both `profile` and `profileUrl` are set; keep the one that is meant' : undefined,
  ),
)
