import { isIP } from 'node:net'
import type { ReadHeader } from './getPublicUrl.ts'

export interface ClientAddressInput {
  readonly header: ReadHeader
  /** The other end of the connection. */
  readonly address?: string | undefined
  /** Whether proxies of one's own stand in between, and how many. */
  readonly trustProxy: boolean
  readonly hops: number
}

/** An entry may carry a port, and IPv6 then brackets; IPv4 may come dressed as IPv6. */
function clean(entry: string): string | undefined {
  const text = entry.trim().replace(/^"|"$/g, '')
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+(?:\.\d+){3}):\d+$/.exec(text)?.[1] ?? text
  const plain = bare.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  return isIP(plain) ? plain : undefined
}

/**
 * The visitor's address. Each proxy adds to the end of X-Forwarded-For whom it was asked by, so with n proxies of one's own
 * it is the nth from the end; what stands before it, anybody can have sent. Undefined where that is no address: behind a
 * proxy, the connection's other end is the proxy. Pure.
 */
export function getClientAddress({ header, address, trustProxy, hops }: ClientAddressInput): string | undefined {
  if (!trustProxy) return address === undefined ? undefined : clean(address)
  const entries = header('x-forwarded-for')?.split(',') ?? []
  return clean(entries.at(-hops) ?? '')
}
