import { MAX_ROTATION_CONTENTS, MAX_ROTATION_MS, MIN_ROTATION_MS } from '@unblink/protocol'
import { z } from 'zod'
import { getClosest } from './getClosest.ts'

/** Largest content of one variant, in characters of JSON: a reply of 32 KiB has to carry it beside the rest. */
const MAX_CONTENT = 24 * 1024

/** Ids of slots, audiences, experiences and variants: safe in an attribute selector, may hold dots. */
const id = z
  .string()
  .regex(/^[A-Za-z0-9][\w.:-]{0,99}$/, 'expected letters, digits and . _ : - (at most 100, a letter or digit first)')
/** Ids that become one step of a dotted path, so without dots. */
const step = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,59}$/, 'expected letters, digits, _ and - (at most 60, a letter first, no dots)')
const path = z.string().regex(/^[A-Za-z][\w-]*(\.[\w-]+)*$/, 'expected an attribute path like "intent.primary"')
const share = z.number().min(0).max(1)
const label = z.string().min(1, 'expected a name for the button').max(100)
const consent = z.enum(['granted', 'denied', 'pending'])

/** An object with these members only; a member that is not known is named, with the one that was probably meant. */
const object = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined
      const known = Object.keys(shape)
      const named = issue.keys.map((key) => {
        const closest = getClosest(key, known)
        return closest ? `"${key}" (did you mean "${closest}"?)` : `"${key}"`
      })
      return `unknown member ${named.join(', ')}; known here: ${known.join(', ')}`
    },
  })

const unique = (list: readonly { readonly id: string }[], what: string) => {
  const seen = new Set<string>()
  const twice = list.find(({ id }) => seen.size === seen.add(id).size)
  return twice && `two ${what} have the id "${twice.id}"; give each its own`
}

const check =
  <T>(find: (value: T) => string | undefined) =>
  (context: z.core.ParsePayload<T>) => {
    const message = find(context.value)
    if (message) context.issues.push({ code: 'custom', message, input: context.value })
  }

const origin = z.string().check(
  check((value) => {
    if (URL.canParse(value) && new URL(value).origin === value) return undefined
    const meant = URL.canParse(value) ? new URL(value).origin : 'null'
    return `expected an origin, scheme and host only${meant === 'null' ? ', like "https://www.example.com"' : `: "${meant}"`}`
  }),
)

const tellTooLarge = (what: string, value: unknown) => {
  const size = JSON.stringify(value).length
  return size > MAX_CONTENT
    ? `${what} ${size} characters, at most ${MAX_CONTENT} fit into a reply; put it into the page as a <template> and name that`
    : undefined
}

const content = object({
  text: z.string().optional(),
  html: z.string().optional(),
  template: z.string().min(1).optional(),
  attributes: z.record(z.string(), z.string()).optional(),
  class: z.string().optional(),
  component: z.string().optional(),
  props: z.record(z.string(), z.json()).optional(),
}).check(
  check((value) => {
    if (Object.keys(value).length === 0)
      return 'the content is empty; leave `content` out to make this variant the control'
    const bodies = ['text', 'html', 'template'].filter((name) => name in value)
    if (bodies.length > 1)
      return `only one of text, html and template can fill the slot, got ${bodies.join(' and ')}; remove one`
    return tellTooLarge('the content has', value)
  }),
)

/** What of a content changes the slot element itself: that cannot go by while the next content comes. */
const NOT_IN_ROTATION = ['attributes', 'class', 'component', 'props']

const rotation = object({
  everyMs: z
    .number()
    .min(MIN_ROTATION_MS, `expected at least ${MIN_ROTATION_MS} ms, so that each content can be read`)
    .max(MAX_ROTATION_MS, `expected at most ${MAX_ROTATION_MS} ms`),
  contents: z
    .array(content)
    .min(1, 'expected the contents that follow `content`, at least one')
    .max(MAX_ROTATION_CONTENTS, `expected at most ${MAX_ROTATION_CONTENTS} contents after the first`),
  labels: object({ pause: label.optional(), play: label.optional(), next: label.optional() }).optional(),
})

const variant = object({
  id,
  weight: z.number().min(0).optional(),
  content: content.optional(),
  rotation: rotation.optional(),
}).check(
  check((value) => {
    if (!value.rotation) return undefined
    if (!value.content)
      return 'a rotation goes on from `content`, which is missing; add the content that is shown first'
    const contents = [value.content, ...value.rotation.contents]
    const own = contents.flatMap((one) => NOT_IN_ROTATION.filter((name) => name in one))
    if (own.length > 0)
      return `contents that rotate fill the slot by text, html or template; ${[...new Set(own)].join(' and ')} would change the slot itself, so leave that out`
    return tellTooLarge('the contents that rotate have', contents)
  }),
)

const variants = z
  .array(variant)
  .min(1, 'expected at least one variant')
  .check(
    check((list) => {
      const isUnreachable = list.every(({ weight }) => weight === 0)
      return isUnreachable
        ? 'all weights are 0, so nobody gets a variant; set coverage to 0 instead'
        : unique(list, 'variants')
    }),
  )

/** The shape of a site with its defaults; what refers to what is checked by `findBrokenReferences`. */
export const siteSchema = object({
  id: z.string().regex(/^[a-z0-9-]{1,60}$/, 'expected 1 to 60 of a-z, 0-9 and -'),
  keys: object({
    browser: z.string().min(1, 'expected a key').max(100),
    server: z.string().min(16, 'expected a secret of at least 16 characters').max(200).optional(),
  }).check(
    check(({ browser, server }) =>
      browser === server ? 'both keys are the same, but the browser key is public; make a new server key' : undefined,
    ),
  ),
  origins: z.array(origin).default([]),
  consent: object({ personalization: consent.default('pending'), analytics: consent.default('pending') }).prefault({}),
  slots: z.record(
    id,
    object({
      selector: z.string().min(1).optional(),
      deadlineMs: z.number().min(50).max(3_000).optional(),
      late: z.enum(['keep', 'fade', 'next']).optional(),
      defer: z.boolean().optional(),
    }),
  ),
  audiences: z.record(id, z.record(z.string(), z.json())).default({}),
  holdout: object({ share, seed: z.string().min(1) }).optional(),
  experiences: z
    .array(
      object({
        id,
        slot: z.string(),
        kind: z.enum(['personalization', 'experiment']),
        priority: z.number().optional(),
        audience: z.string().optional(),
        coverage: share.optional(),
        seed: z.string().min(1).optional(),
        variants,
      }),
    )
    .default([])
    .check(check((list) => unique(list, 'experiences'))),
  categories: z
    .record(
      step,
      object({
        paths: z
          .array(
            z
              .string()
              .regex(
                /^\/[^*?#]*\*?$/,
                'expected a path like "/loans" or "/loans/*": a slash first, * only at the end, no query',
              ),
          )
          .min(1, 'expected at least one path'),
        intent: z.boolean().optional(),
      }),
    )
    .default({}),
  intents: object({
    halfLifeHours: z.number().min(1).max(100_000).default(168),
    minScore: z.number().min(0).max(100).default(20),
  }).prefault({}),
  goals: z.record(step, object({ holdings: z.array(z.string().min(1).max(100)).max(50).optional() })).default({}),
  expose: z.array(path).default([]),
  queryAllowList: z.array(z.string().min(1)).default([]),
})
