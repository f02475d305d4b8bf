import { parseConsent } from './consent.ts'
import { getOwn, isObject } from './json.ts'
import type { ProfileRequest } from './profile.ts'
import { fail, ok, type Result } from './result.ts'

const MAX_SLOTS = 100
const MAX_ID = 100
const MAX_URL = 2_048

const isText = (value: unknown, max: number): value is string => typeof value === 'string' && value.length <= max

/** An address without its query and fragment, where personal data travels. */
const getAddress = (value: unknown): string => (isText(value, MAX_URL) ? value.replace(/[?#].*/s, '') : '')

/**
 * Reads the body of `POST /v1/p` of any origin. Fails without a key or with more than 100 slots; whatever else makes no
 * sense is left out, because a page that asks badly still deserves its baseline decisions.
 */
export function parseProfileRequest(value: unknown): Result<ProfileRequest> {
  if (!isObject(value) || getOwn(value, 'v') !== 1) return fail('profile request: not an object with v: 1')
  const key = getOwn(value, 'key')
  if (!isText(key, MAX_ID) || key === '') {
    return fail('profile request.key: expected the site key, a string of at most 100 characters')
  }
  const slots = getOwn(value, 'slots')
  if (!isObject(slots)) return fail('profile request.slots: expected an object with the slot names as keys')
  const names = Object.keys(slots).filter((name) => isText(name, MAX_ID) && name !== '__proto__')
  if (names.length > MAX_SLOTS) {
    return fail(`profile request.slots: expected at most ${MAX_SLOTS} slots, got ${names.length}`)
  }
  const visitor = getOwn(value, 'visitor')
  return ok({
    v: 1,
    key,
    ...(isText(visitor, 64) ? { visitor } : {}),
    slots: Object.fromEntries(names.map((name) => [name, {}])),
    url: getAddress(getOwn(value, 'url')),
    referrer: getAddress(getOwn(value, 'referrer')),
    consent: parseConsent(getOwn(value, 'consent'), getOwn(value, 'analytics')),
  })
}
