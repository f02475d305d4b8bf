import type { Context } from 'hono'
import { generateCookie } from 'hono/cookie'
import { parse } from 'hono/utils/cookie'
import { getPublicUrl } from './getPublicUrl.ts'

const NAME = 'ub_v'
/** 13 months, the longest that European regulators accept; counted from the first visit, so it is never renewed. */
const MAX_AGE_S = 395 * 24 * 60 * 60

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Whether this is an id of ours: 122 random bits, so that nobody finds another's by guessing. */
export const isVisitorId = (value: unknown): value is string => typeof value === 'string' && UUID_V4.test(value)

/** The visitor whom a Cookie header names; undefined when there is none or it is not one of ours. */
export function readVisitorCookie(header: string | null | undefined): string | undefined {
  const value = header ? parse(header, NAME)[NAME] : undefined
  return isVisitorId(value) ? value : undefined
}

/** A cookie for a domain that its host is not in would be refused; then it is this host's alone. */
const getDomain = ({ hostname }: URL, domain: string | undefined) =>
  domain !== undefined && (hostname === domain || hostname.endsWith(`.${domain}`)) ? { domain } : {}

/**
 * The Set-Cookie header for a visitor.
 * @param url The request's address as the visitor's browser has it.
 * @param domain The site's `cookieDomain`. @default the cookie is of this host only
 */
export const formatVisitorCookie = (visitor: string, url: URL, domain?: string): string =>
  generateCookie(NAME, visitor, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    maxAge: MAX_AGE_S,
    secure: url.protocol === 'https:',
    ...getDomain(url, domain),
  })

/** The Set-Cookie header that takes the visitor's cookie away. */
export const formatExpiredCookie = (url: URL, domain?: string): string =>
  generateCookie(NAME, '', { path: '/', maxAge: 0, secure: url.protocol === 'https:', ...getDomain(url, domain) })

/** Takes the visitor's cookie away, of this host and of the site's domain. */
export function deleteVisitorCookie(c: Context, trustProxy: boolean, domain?: string): void {
  const url = getPublicUrl(c.req.url, (name) => c.req.header(name), trustProxy)
  c.header('set-cookie', formatExpiredCookie(url), { append: true })
  if ('domain' in getDomain(url, domain)) c.header('set-cookie', formatExpiredCookie(url, domain), { append: true })
}
