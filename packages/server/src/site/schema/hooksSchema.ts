import { z } from 'zod'
import { check } from './check.ts'
import { fieldMapping, jsonPath } from './mappingSchema.ts'
import { step } from './names.ts'
import { object } from './object.ts'
import { signingSecrets } from './signingSecrets.ts'

const MAX_HOOKS = 50
const MAX_FIELDS = 100
/** What the server works out itself; `holdings` can be told. */
const DERIVED = ['visits', 'views', 'intent', 'goals', 'audiences']

const secrets = signingSecrets('take it as the sender shows it')

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
