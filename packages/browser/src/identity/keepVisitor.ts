import type { Boot, ProfileReply } from '@unblink/protocol'
import { read, write } from '../memory.ts'

/** As long as the server's cookie: 395 days, counted from the first visit. */
const MAX_AGE_MS = 395 * 86_400_000

/**
 * Keeps the visitor's id beside what is remembered where the server's cookie may be refused: it is of another origin, or the
 * browser takes no cookies. There every view's reply names somebody new; from the second view on, events go under the id of
 * the first, and so do the decisions that they bring. Nothing is kept where the cookie does its work.
 */
export function keepVisitor(boot: Boot<Element, ChildNode>): void {
  if (navigator.cookieEnabled && new URL(boot.base, location.href).origin === location.origin) return
  const reply = boot.reply as { visitor?: ProfileReply['visitor'] } | null | undefined
  if (!reply?.visitor) return
  const [id, since = 0] = read().visitor ?? []
  if (id && Date.now() < since + MAX_AGE_MS) reply.visitor = id
  else write({ visitor: [reply.visitor, Date.now()] })
}
