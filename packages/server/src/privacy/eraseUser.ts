import { fetchUser } from '../identity/fetchUser.ts'
import { toUserKey } from '../identity/toUserKey.ts'
import type { ServerContext } from '../serverContext.ts'

/**
 * Erases a user: their profile, and everything of every visitor that they are or were. False when it could not be written; then
 * nothing of it has happened.
 * @param actor Who asks, for the audit.
 */
export async function eraseUser(
  { writer, identity, links, eraser, erased, audit, hub, wipe, publication, now }: ServerContext,
  user: string,
  actor: string,
): Promise<boolean> {
  const { site } = publication
  if (!(await fetchUser(links, user))) return false
  const written = await writer.write(() => {
    const visitors = links.getVisitors(user)
    // First what binds them to this user, so that nothing has to be worked out that goes anyway.
    eraser.eraseUser(user)
    eraser.eraseVisitor(toUserKey(user))
    const at = now()
    for (const visitor of visitors) {
      identity.release(visitor, site)
      eraser.eraseVisitor(visitor)
      audit.add({ at, actor, action: 'erase', about: visitor })
    }
    audit.add({ at, actor, action: 'erase', about: user })
    return visitors
  }, 0)
  if (written.type === 'refused') throw written.error
  if (written.type !== 'written') return false
  for (const visitor of written.value) {
    erased.add(visitor)
    hub.end(visitor)
  }
  wipe.schedule()
  return true
}
