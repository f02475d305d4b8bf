import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

const NAME = 'ub_v'
/** 13 months, the longest that European regulators accept; counted from the first visit, so it is never renewed. */
const MAX_AGE_S = 395 * 24 * 60 * 60

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Whether this is an id of ours: 122 random bits, so that nobody finds another's by guessing. */
export const isVisitorId = (value: unknown): value is string => typeof value === 'string' && UUID_V4.test(value)

const isSecure = (c: Context) =>
  c.req.header('x-forwarded-proto') === 'https' || new URL(c.req.url).protocol === 'https:'

/** The visitor of the request's cookie; undefined when there is none or it is not one of ours. */
export function readVisitorCookie(c: Context): string | undefined {
  const value = getCookie(c, NAME)
  return isVisitorId(value) ? value : undefined
}

export function setVisitorCookie(c: Context, visitor: string): void {
  setCookie(c, NAME, visitor, { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: MAX_AGE_S, secure: isSecure(c) })
}

export function deleteVisitorCookie(c: Context): void {
  deleteCookie(c, NAME, { path: '/', secure: isSecure(c) })
}
