import { EVENT_TYPES, isObject } from '@unblink/protocol'
import { z } from 'zod'
import { check } from './check.ts'
import { choose } from './choose.ts'
import { json } from './json.ts'
import { attributePath, step } from './names.ts'
import { object } from './object.ts'
import { signingSecrets } from './signingSecrets.ts'

const MAX_WEBHOOKS = 20

const address = z.string().check(
  check((text) => {
    if (!URL.canParse(text) || !/^https?:/.test(text))
      return 'expected the address of the receiver, like "https://crm.example.com/unblink"'
    const { username, password, hash } = new URL(text)
    if (username || password) return 'expected an address without a user and a password; messages are signed instead'
    return hash ? 'expected an address without a fragment; receivers never see it' : undefined
  }),
)

const secrets = signingSecrets('make one with: unblink webhooks secret')
const types = EVENT_TYPES.filter((type) => type !== 'attributes')
const named = object({ audience: z.string() })
const goal = object({ goal: z.string() }).transform(({ goal: id }) => ({ event: 'conversion', where: { goal: id } }))
const selector = object({ event: z.enum(types), where: z.record(z.string(), json).optional() })

const happening = choose<unknown>((value) => {
  if (isObject(value) && 'audience' in value) return named
  return isObject(value) && 'goal' in value ? goal : selector
})

const timed = object({
  after: happening,
  unless: happening.optional(),
  withinHours: z.number().gt(0, 'expected hours, more than 0').max(8_784, 'expected hours, at most 8784 (a year)'),
  restart: z.boolean().default(false),
})

const inAudience = object({
  audience: z.string(),
  enter: z.boolean().default(true),
  exit: z.boolean().default(false),
}).check(
  check(({ enter, exit }) => (enter || exit ? undefined : 'nothing is ever told; set `enter` or `exit` to true')),
)

const trigger = choose<unknown>((value) =>
  isObject(value) && ('after' in value || 'withinHours' in value) ? timed : inAudience,
)

export const webhooksSchema = z
  .record(
    step,
    object({
      url: address,
      secret: secrets,
      on: trigger,
      send: z.array(attributePath).max(50, 'expected at most 50 attributes').default([]),
      timeoutMs: z.number().min(100).max(30_000).default(10_000),
    }),
  )
  .default({})
  .check(
    check((webhooks) => {
      const count = Object.keys(webhooks).length
      return count > MAX_WEBHOOKS ? `${count} webhooks, at most ${MAX_WEBHOOKS} can be declared` : undefined
    }),
  )

/** Hosts, as an address has them: a name, an IPv4 address, or an IPv6 address in brackets. */
export const privateHostsSchema = z
  .array(
    z.string().check(
      check((text) => {
        if (URL.canParse(`https://${text}`) && new URL(`https://${text}`).host === text) return undefined
        return 'expected a host as in an address, without scheme, port and path, like "crm.internal" or "127.0.0.1"'
      }),
    ),
  )
  .default([])
