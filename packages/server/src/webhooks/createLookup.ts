import { lookup as resolveName, type LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { findAddressRefusal } from './findRefusal.ts'

/** Why a connection was never opened. */
export class RefusedAddress extends Error {}

export type Resolve = (
  name: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

const resolveAll: Resolve = (name, callback) => resolveName(name, { all: true }, callback)

/**
 * Looks a name up for `net.connect`, and hands on only addresses that may be connected to. The socket goes to what was
 * checked, so a name that answers something else the next time (DNS rebinding) gains nothing. One forbidden address among
 * several refuses the name.
 */
export const createLookup =
  (privateHosts: readonly string[], resolve: Resolve = resolveAll): LookupFunction =>
  (name, options, callback) =>
    resolve(name, (error, addresses) => {
      const first = addresses?.[0]
      if (error || !first) return callback(error ?? new Error(`${name} has no address`), '')
      const why = addresses.map(({ address }) => findAddressRefusal(name, address, privateHosts)).find(Boolean)
      if (why !== undefined) return callback(new RefusedAddress(why), '')
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
