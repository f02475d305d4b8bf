import { z } from 'zod'
import { check } from './check.ts'

const NAME = /^(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/

/** A domain that all of the site's hosts end in. */
export const cookieDomain = z.string().check(
  check((text) => {
    if (NAME.test(text)) return undefined
    const meant = text.toLowerCase().replace(/^(https?:\/\/)?\.?|[:/].*$/g, '')
    return `expected a domain like "example.com"${NAME.test(meant) ? `: "${meant}"` : ''}`
  }),
)
