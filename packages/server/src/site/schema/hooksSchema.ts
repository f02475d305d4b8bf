import { z } from 'zod'
import { check } from './check.ts'
import { choose } from './choose.ts'
import { fieldMapping, jsonPath } from './mappingSchema.ts'
import { step } from './names.ts'
import { object } from './object.ts'

const MAX_HOOKS = 50
const MAX_FIELDS = 100
const MIN_SECRET_BYTES = 24
const MAX_SECRET_BYTES = 64
/** What the server works out itself; `holdings` can be told. */
const DERIVED = ['visits', 'views', 'intent', 'goals', 'audiences']

/** Its value is a secret, so no message repeats it. */
const secret = z.string('expected a secret: "whsec_" and base64').check(
  check((text) => {
    const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1]
    if (encoded === undefined) return 'expected a secret as the sender shows it: "whsec_" and base64'
    const bytes = Buffer.from(encoded, 'base64').length
    return bytes < MIN_SECRET_BYTES || bytes > MAX_SECRET_BYTES
      ? `the secret has ${bytes} bytes, expected ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES}; make a new one at the sender`
      : undefined
  }),
)

const secrets = choose<unknown>((value) =>
  Array.isArray(value)
    ? z.array(secret).min(1, 'expected at least one secret').max(3, 'expected at most three secrets')
    : secret.transform((one) => [one]),
)

const map = z
  .record(
    step.refine((name) => !DERIVED.includes(name), 'the server works this out itself; choose another name'),
    fieldMapping,
  )
  .check(
    check((fields) => {
      const count = Object.keys(fields).length
      if (count === 0) return 'expected at least one attribute: { "tier": "$.customer.tier" }'
      return count > MAX_FIELDS ? `${count} attributes, at most ${MAX_FIELDS} can be mapped` : undefined
    }),
  )

const hook = object({ secret: secrets, visitor: jsonPath.optional(), user: jsonPath.optional(), map }).check(
  check(({ visitor, user }: { readonly visitor?: unknown; readonly user?: unknown }) => {
    if (visitor !== undefined && user !== undefined)
      return 'both `visitor` and `user` are set; keep the one that is sent'
    return visitor === undefined && user === undefined
      ? 'nothing says whom a delivery is about; add `visitor` or `user`, like user: "$.customer.id"'
      : undefined
  }),
)

/** Webhooks that the site receives, by name. */
export const hooksSchema = z.record(step, hook).check(
  check((hooks) => {
    const count = Object.keys(hooks).length
    return count > MAX_HOOKS ? `${count} hooks, at most ${MAX_HOOKS} can be declared` : undefined
  }),
)
