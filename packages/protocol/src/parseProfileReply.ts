import { getOwn, isObject } from './json.ts'
import type { Decision } from './decision.ts'
import type { ProfileReply } from './profile.ts'
import { fail, ok, type Result } from './result.ts'

const isDecision = (value: unknown): boolean => {
  if (!isObject(value) || typeof getOwn(value, 'slot') !== 'string') return false
  return ['content', 'rotation'].every((name) => getOwn(value, name) === undefined || isObject(getOwn(value, name)))
}

/** Reads a profile reply of any origin. Decisions that make no sense are left out, the rest is kept. */
export function parseProfileReply(value: unknown): Result<ProfileReply> {
  if (!isObject(value) || getOwn(value, 'v') !== 1) return fail('profile reply: not an object with v: 1')
  const decisions = getOwn(value, 'decisions')
  const attributes = getOwn(value, 'attributes')
  const audiences = getOwn(value, 'audiences')
  const visitor = getOwn(value, 'visitor')
  const manifest = getOwn(value, 'manifest')
  return ok({
    v: 1,
    manifest: typeof manifest === 'string' ? manifest : '',
    ...(typeof visitor === 'string' ? { visitor } : {}),
    generation: Number(getOwn(value, 'generation')) || 0,
    audiences: Array.isArray(audiences) ? audiences.filter((id) => typeof id === 'string') : [],
    attributes: isObject(attributes) ? (attributes as ProfileReply['attributes']) : {},
    ...(Array.isArray(decisions) ? { decisions: decisions.filter(isDecision) as Decision[] } : {}),
    expiresAt: Number(getOwn(value, 'expiresAt')) || 0,
  })
}
