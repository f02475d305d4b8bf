import { getOwn, isObject } from './json.ts'
import type { Decision } from './decision.ts'
import type { ProfileReply } from './profile.ts'
import { fail, ok, type Result } from './result.ts'

const isString = (value: unknown): value is string => typeof value === 'string'

const isDecision = (value: unknown): boolean => {
  if (!isObject(value) || !isString(getOwn(value, 'slot'))) return false
  return ['content', 'rotation'].every((name) => getOwn(value, name) === undefined || isObject(getOwn(value, name)))
}

/** Reads a profile reply of any origin. Decisions that make no sense are left out, the rest is kept. */
export function parseProfileReply(value: unknown): Result<ProfileReply> {
  if (!isObject(value) || getOwn(value, 'v') !== 1) return fail('profile reply: not an object with v: 1')
  const own = (name: string) => getOwn(value, name)
  const getNumber = (name: string) => Number(own(name)) || 0
  const getList = <T>(name: string, isItem: (item: unknown) => boolean): T[] | undefined => {
    const list = own(name)
    return Array.isArray(list) ? (list as T[]).filter(isItem) : undefined
  }
  const visitor = own('visitor')
  const manifest = own('manifest')
  const attributes = own('attributes')
  const decisions = getList<Decision>('decisions', isDecision)
  const rest = getList<string>('rest', isString)
  return ok({
    v: 1,
    manifest: isString(manifest) ? manifest : '',
    ...(isString(visitor) && { visitor }),
    generation: getNumber('generation'),
    audiences: getList<string>('audiences', isString) ?? [],
    attributes: isObject(attributes) ? (attributes as ProfileReply['attributes']) : {},
    ...(decisions && { decisions }),
    ...(rest && { rest }),
    expiresAt: getNumber('expiresAt'),
  })
}
