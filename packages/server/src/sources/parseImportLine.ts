import { fail, getOwn, isObject, ok, type Result } from '@unblink/protocol'
import { isTooDeep } from '../http/isTooDeep.ts'
import { isUserId, USER_EXPECTED } from '../identity/isUserId.ts'
import { isVisitorId } from '../http/visitorCookie.ts'

/** What one line tells: of whom, by the visitor's id or by the site's own id of a user, and what. */
export interface ImportLine {
  readonly about: { readonly visitor: string } | { readonly user: string }
  /** Judged by `parseAttributeSet`. */
  readonly set: unknown
}

/** The visitor's id is one of ours, see `isVisitorId`. */
const VISITOR_EXPECTED = 'expected the id of the cookie ub_v, a UUIDv4 in lower case; for ids of your own use `user`'
const KNOWN = ['visitor', 'user', 'set']
const MAX_DEPTH = 32

/** Whom something is about, by exactly one of both ids. */
export function parseAbout(visitor: unknown, user: unknown): Result<ImportLine['about']> {
  if (visitor !== undefined && user !== undefined) return fail('both `visitor` and `user` are there; keep one of them')
  if (visitor !== undefined) return isVisitorId(visitor) ? ok({ visitor }) : fail(`visitor: ${VISITOR_EXPECTED}`)
  if (user !== undefined) return isUserId(user) ? ok({ user }) : fail(`user: ${USER_EXPECTED}`)
  return fail('neither `visitor` nor `user` is there; say whom it is about')
}

/** Reads a line of an import: `{"visitor":"…","set":{…}}` or `{"user":"…","set":{…}}`. The error repeats no value. */
export function parseImportLine(text: string): Result<ImportLine> {
  if (text.includes('�')) return fail('the line is not UTF-8; save the file as UTF-8')
  if (isTooDeep(text, MAX_DEPTH)) return fail(`nested deeper than ${MAX_DEPTH} levels; make it flatter`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return fail('the line is not JSON; write one object a line')
  }
  if (!isObject(json)) return fail('expected an object like {"visitor":"…","set":{"tier":"gold"}}')
  const unknown = Object.keys(json).find((name) => !KNOWN.includes(name))
  if (unknown !== undefined)
    return fail(`unknown member ${JSON.stringify(unknown.slice(0, 60))}; known here: ${KNOWN.join(', ')}`)
  const about = parseAbout(getOwn(json, 'visitor'), getOwn(json, 'user'))
  return about.ok ? ok({ about: about.value, set: getOwn(json, 'set') }) : about
}
