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

/** The Set-Cookie header for a visitor. `url` is the request's address as the visitor's browser has it. */
export const formatVisitorCookie = (visitor: string, url: URL): string =>
  generateCookie(NAME, visitor, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    maxAge: MAX_AGE_S,
    secure: url.protocol === 'https:',
  })

export function deleteVisitorCookie(c: Context, trustProxy: boolean): void {
  const { protocol } = getPublicUrl(c.req.url, (name) => c.req.header(name), trustProxy)
  const cookie = generateCookie(NAME, '', { path: '/', maxAge: 0, secure: protocol === 'https:' })
  c.header('set-cookie', cookie, { append: true })
}
