import type { Context } from 'hono'

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/
/** What a proxy on the same machine adds to requests from elsewhere. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via', 'cf-connecting-ip']
/** A page of any site can have its own name resolve to this machine; the Host header then still tells the name. */
const LOCAL_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i

/** Whether a request comes from this machine itself: from its loopback address, by that name, and through no proxy. */
export function isLocalRequest(c: Context): boolean {
  // What the Node adaptor tells of the connection; not there under another runtime or in a test without one.
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } }
  const address = incoming?.socket?.remoteAddress
  return (
    address !== undefined &&
    LOOPBACK.test(address) &&
    LOCAL_HOST.test(c.req.header('host') ?? '') &&
    FORWARDED.every((name) => c.req.header(name) === undefined)
  )
}
