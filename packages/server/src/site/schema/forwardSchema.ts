/* eslint-disable unblink/banned-words -- A company has this name. */
import { z } from 'zod'
import { FORWARD_TYPES } from '../../forward/forwardSettings.ts'
import { GA4_NAME, GA4_RESERVED } from '../../forward/toGa4.ts'
import { check } from './check.ts'
import { object } from './object.ts'

const secret = object({
  env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'expected the name of an environment variable'),
})

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

const endpoint = z.string().check(
  check((text) => {
    if (!URL.canParse(text)) return 'expected an address like "https://www.google-analytics.com/mp/collect"'
    const { protocol, hostname, search, hash, username } = new URL(text)
    if (search || hash || username) return 'expected an address without a query, a fragment and a user'
    if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname))) return undefined
    return 'expected https, since visitors’ data go there; http is for this machine only'
  }),
)

const origin = z.string().check(
  check((text) => {
    const isOrigin = URL.canParse(text) && new URL(text).origin === text
    return isOrigin ? undefined : 'expected an origin, scheme and host only, like "https://www.example.com"'
  }),
)

const common = {
  types: z
    .array(z.enum(FORWARD_TYPES))
    .min(1, 'expected at least one type; to forward nothing, leave the whole out')
    .default(['exposure', 'conversion']),
  origin: origin.optional(),
}

const ga4Name = z
  .string()
  .regex(GA4_NAME, 'expected letters, digits and _ (at most 40, a letter first)')
  .refine((name) => !GA4_RESERVED.has(name), 'GA4 keeps this name for itself; choose another')

/** To whom events are handed on, with the other tools' own rules for names. */
export const forwardSchema = object({
  ga4: object({
    measurementId: z
      .string()
      .regex(/^G-[A-Z0-9]{4,20}$/, 'expected the measurement id of a web stream, like "G-ABC123"'),
    apiSecret: secret,
    endpoint: endpoint.default('https://www.google-analytics.com/mp/collect'),
    names: z.record(z.string(), ga4Name).default({}),
    ...common,
  }).optional(),
  segment: object({
    writeKey: secret,
    endpoint: endpoint.default('https://api.segment.io/v1/batch'),
    names: z.record(z.string(), z.string().min(1).max(100)).default({}),
    ...common,
  }).optional(),
})
