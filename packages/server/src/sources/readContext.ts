import type { Attributes, Consent } from '@unblink/protocol'
import type { ReadHeader } from '../http/getPublicUrl.ts'
import type { Geo } from './openGeo.ts'
import { readDevice } from './readDevice.ts'

export interface ContextInput {
  readonly header: ReadHeader
  /** The other end of the connection. */
  readonly address?: string | undefined
  readonly consent: Consent
}

/**
 * Facts of one request, `device` and `geo`, that conditions can look at whatever the consent: they are worked out anew each
 * time and stored nowhere. More than the country takes consent to personalization.
 */
export function readContext({ geo }: { readonly geo: Geo }, { header, address, consent }: ContextInput): Attributes {
  const device = readDevice(header)
  const place = geo.read({ header, address, isPersonal: consent.personalization === 'granted' })
  return { ...(device ? { device: { ...device } } : {}), ...(place ? { geo: { ...place } } : {}) }
}
