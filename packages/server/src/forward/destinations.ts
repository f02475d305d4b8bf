/* eslint-disable unblink/banned-words -- A company has this name. */
import type { ForwardedEvent, ForwardSettings, Mapped, SecretName } from './forwardSettings.ts'
import { toGa4 } from './toGa4.ts'
import { toSegment } from './toSegment.ts'

export const DESTINATIONS = ['ga4', 'segment'] as const
export type Destination = (typeof DESTINATIONS)[number]

/** How a destination is served, with the settings that are in force. */
export interface Service {
  readonly secret: SecretName
  readonly map: (events: readonly ForwardedEvent[], now: number) => Mapped
  readonly getTarget: (secret: string) => { readonly url: string; readonly headers: Readonly<Record<string, string>> }
}

/** Undefined where the site hands nothing on to it. Pure. */
export function getService(destination: Destination, { ga4, segment }: ForwardSettings): Service | undefined {
  switch (destination) {
    case 'ga4':
      return (
        ga4 && {
          secret: ga4.apiSecret,
          map: (events, now) => toGa4(events, { ...ga4, now }),
          // https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference#query_parameters
          getTarget: (secret) => {
            const query = new URLSearchParams({ measurement_id: ga4.measurementId, api_secret: secret })
            return { url: `${ga4.endpoint}?${query}`, headers: {} }
          },
        }
      )
    case 'segment':
      return (
        segment && {
          secret: segment.writeKey,
          map: (events) => toSegment(events, segment),
          // The write key is the user, and there is no password.
          getTarget: (secret) => ({
            url: segment.endpoint,
            headers: { authorization: `Basic ${Buffer.from(`${secret}:`).toString('base64')}` },
          }),
        }
      )
  }
}
