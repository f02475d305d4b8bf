import type { Attributes, Consent } from '@unblink/protocol'
import type { ReadHeader } from '../http/getPublicUrl.ts'
import type { DriftWatch } from '../metrics/createDriftWatch.ts'
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
 * time and stored nowhere. More than the country takes consent to personalization. `drifting` names the attributes whose values have
 * moved, of all visitors; left out while there are none.
 */
export function readContext(
  { geo, drift }: { readonly geo: Geo; readonly drift: DriftWatch },
  { header, address, consent }: ContextInput,
): Attributes {
  const device = readDevice(header)
  const place = geo.read({ header, address, isPersonal: consent.personalization === 'granted' })
  const drifting = drift.getMoved()
  return {
    ...(device ? { device: { ...device } } : {}),
    ...(place ? { geo: { ...place } } : {}),
    ...(drifting.length > 0 ? { drifting } : {}),
  }
}
