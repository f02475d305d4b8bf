import type { ServerContext } from '../serverContext.ts'

/**
 * Erases a visitor in every table, and from whomever they were known to be. False when it could not be written; then nothing
 * of it has happened.
 * @param actor Who asks, for the audit.
 */
export async function eraseVisitor(
  { writer, identity, eraser, erased, audit, hub, webhooks, wipe, publication, now }: ServerContext,
  visitor: string,
  actor: string,
): Promise<boolean> {
  const { site } = publication
  const written = await writer.write(() => {
    webhooks.forget(visitor)
    identity.release(visitor, site)
    eraser.eraseVisitor(visitor)
    audit.add({ at: now(), actor, action: 'erase', about: visitor })
  }, 0)
  if (written.type === 'refused') throw written.error
  if (written.type !== 'written') return false
  erased.add(visitor)
  hub.end(visitor)
  wipe.schedule()
  return true
}
