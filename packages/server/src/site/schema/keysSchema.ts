import { z } from 'zod'
import { FULL_KEY, KEY_SCOPES } from '../keyScopes.ts'
import { check } from './check.ts'
import { object } from './object.ts'

const keyId = z
  .string()
  .regex(/^[a-z0-9-]{1,40}$/, 'expected 1 to 40 of a-z, 0-9 and -')
  .refine((id) => id !== FULL_KEY, `"${FULL_KEY}" is the id of keys.server; choose another name`)

/** The site's keys. Their values are secrets, so no message repeats one. */
export const keysSchema = object({
  browser: z.string().min(1, 'expected a key').max(100),
  server: z.string().min(16, 'expected a secret of at least 16 characters').max(200).optional(),
  servers: z
    .record(
      keyId,
      object({
        secret: z.string().min(32, 'expected a secret of at least 32 characters').max(200),
        scopes: z.array(z.enum(KEY_SCOPES)).min(1, `expected at least one of ${KEY_SCOPES.join(', ')}`),
      }),
    )
    .optional(),
}).check(
  check(({ browser, server, servers = {} }) => {
    const secrets = [...(server === undefined ? [] : [server]), ...Object.values(servers).map(({ secret }) => secret)]
    if (secrets.includes(browser))
      return server === browser
        ? 'both keys are the same, but the browser key is public; make a new server key'
        : 'one of `servers` is the browser key, which is public; make a new secret'
    return new Set(secrets).size < secrets.length ? 'two server keys are the same; make a secret for each' : undefined
  }),
)
