import { getPlaceholders } from './fillProfileRequest.ts'
import type { ProfileSourceSettings } from './profileSource.ts'

const known = new WeakMap<object, boolean>()

/** Whether a source asks for the user that a visitor is known to be. Worked out once: it is looked at with each request. */
export function needsUser(settings: Pick<ProfileSourceSettings, 'url' | 'body'>): boolean {
  const answer = known.get(settings) ?? getPlaceholders([settings.url, settings.body ?? null]).includes('user')
  known.set(settings, answer)
  return answer
}
