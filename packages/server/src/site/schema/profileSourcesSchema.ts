import type { Json } from '@unblink/protocol'
import { z } from 'zod'
import { getPlaceholders, withoutPlaceholders } from '../../sources/fillProfileRequest.ts'
import { check } from './check.ts'
import { json } from './json.ts'
import { fieldMapping } from './mappingSchema.ts'
import { step } from './names.ts'
import { object } from './object.ts'
import { unique } from './unique.ts'

const MAX_SOURCES = 10
const MAX_FIELDS = 100
const EXAMPLE = '"https://cdp.example.com/profiles/{{visitor}}"'

/** What the server works out itself; `holdings` can be told. */
const DERIVED = ['visits', 'views', 'intent', 'goals', 'audiences']
/** Headers whose value is a secret; a config is read by many. */
const SECRET = /^(authorization|proxy-authorization|cookie)$|key|token|secret|password/
/** Headers that are the connection's own. */
const TAKEN = ['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding', 'expect', 'upgrade']

const url = z.string().check(
  check((text) => {
    const [one, other] = [withoutPlaceholders(text, 'v'), withoutPlaceholders(text, 'w')]
    if (one.includes('{{'))
      return 'expected {{visitor}}, {{user}} or the path of an attribute between braces, like {{loyalty.id}}'
    if (!URL.canParse(one) || !/^https?:/.test(one)) return `expected an address like ${EXAMPLE}`
    const { username, password, hash, origin } = new URL(one)
    if (!URL.canParse(other) || new URL(other).origin !== origin)
      return `only path and query can be filled in, so that nobody's profile decides which server is asked: ${EXAMPLE}`
    if (username || password) return 'leave user and password out; name an environment variable in `headers`'
    return hash ? 'leave the fragment out; no server sees it' : undefined
  }),
)

const secret = object({
  env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable, like "CDP_TOKEN"'),
  as: z.enum(['basic', 'bearer']).optional(),
})

const header = z.union([z.string().regex(/^[\x20-\x7e]{1,1000}$/, 'expected at most 1000 characters of ASCII'), secret])

const headers = z
  .record(
    z
      .string()
      .regex(/^[a-z0-9-]{1,60}$/, 'expected the name of a header in small letters, like "authorization"')
      .refine((name) => !TAKEN.includes(name), 'this header is set by the connection itself; leave it out'),
    header,
  )
  .check(
    check((all) => {
      const open = Object.entries(all).find(([name, value]) => typeof value === 'string' && SECRET.test(name))?.[0]
      return open === undefined
        ? undefined
        : `"${open}" is a secret, which does not belong into a file; name an environment variable: { "env": "CDP_TOKEN" }`
    }),
  )

const map = z
  .record(
    step.refine((name) => !DERIVED.includes(name), 'the server works this out itself; choose another name'),
    fieldMapping,
  )
  .check(
    check((fields) => {
      const count = Object.keys(fields).length
      if (count === 0) return 'expected at least one attribute: { "tier": "$.profile.tier" }'
      return count > MAX_FIELDS ? `${count} attributes, at most ${MAX_FIELDS} can be mapped` : undefined
    }),
  )

const seconds = z.number().min(0, 'expected seconds from 0 to 86 400').max(86_400, 'expected seconds from 0 to 86 400')

interface Asked {
  readonly url: string
  readonly method: string
  readonly body?: Json | undefined
}

const source = object({
  id: step,
  url,
  method: z.enum(['GET', 'POST']).default('GET'),
  headers: headers.default({}),
  body: json.optional(),
  map,
  timeoutMs: z.number().min(1).max(10_000, 'expected milliseconds from 1 to 10 000').default(1_000),
  cacheSeconds: seconds.default(60),
  missSeconds: seconds.default(30),
  staleSeconds: seconds.default(300),
  breaker: object({
    failures: z.number().int('expected a whole number').min(1).max(100).default(5),
    coolDownSeconds: z.number().min(1).max(3_600).default(5),
  }).prefault({}),
  maxBytes: z.number().int('expected a whole number').min(1_024).max(1_048_576).default(65_536),
}).check(
  check((asked) => {
    const { url: address, method, body } = asked as Asked
    if (body !== undefined && method !== 'POST') return 'a body is sent by POST only; add method: "POST"'
    return getPlaceholders([address, body ?? null]).length === 0
      ? 'nothing says whose profile is asked for; put {{visitor}}, {{user}} or an attribute into `url` or `body`'
      : undefined
  }),
)

export const profileSourcesSchema = z
  .array(source)
  .min(1, 'expected at least one source; leave `profileSources` out where there is none')
  .max(MAX_SOURCES, `expected at most ${MAX_SOURCES} sources`)
  .check(check((sources) => unique(sources as readonly { readonly id: string }[], 'profile sources')))
