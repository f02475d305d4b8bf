import type { AnyEvent } from '@unblink/protocol'
import type { Arbitrary, default as FastCheck } from 'fast-check'

/** A UUIDv7-shaped id; `device` is one hex digit, so that no two devices have an event or a view in common. */
export const toId = (device: string, n: number): string =>
  `0192f3a4-0000-7000-8000-${device}${n.toString(16).padStart(11, '0')}`

const START = 1_800_000_000_000
const PATHS = ['/mortgage/rates', '/mortgage/calculator', '/', '/cards']

/**
 * What one device may do: page views, time, goals and what servers say of it, in any order, over some days. Takes the library,
 * which is the tests' own.
 */
export function arbitraryEvents(fc: typeof FastCheck, device: string): Arbitrary<readonly AnyEvent[]> {
  const payload = fc.oneof(
    fc.constant({ t: 'page_view', p: { kind: 'load', title: 'Page', source: {} } }),
    fc
      .record({ rev: fc.nat(5), ms: fc.integer({ min: 0, max: 60_000 }) })
      .map(({ rev, ms }) => ({ t: 'engagement', p: { rev, visibleMs: ms, activeMs: ms } })),
    fc.constantFrom('apply', 'unknown').map((goal) => ({ t: 'conversion', p: { goal } })),
    fc.constantFrom('step', 'add_to_cart').map((name) => ({ t: 'custom', p: { name } })),
    fc.constantFrom('gold', 'silver', null).map((tier) => ({ t: 'attributes', p: { set: { tier } } })),
  )

  const events = fc.array(
    fc.record({
      payload,
      at: fc.integer({ min: START, max: START + 40 * 3_600_000 }),
      mt: fc.integer({ min: 0, max: 60_000 }),
      view: fc.nat(6),
      path: fc.constantFrom(...PATHS),
    }),
    { maxLength: 25 },
  )
  return events.map((drawn) =>
    drawn.map(
      ({ payload: { t, p }, at, mt, view, path }, n) =>
        ({ i: toId(device, n), n, pv: toId(device, 1_000 + view), t, at, mt, lo: path, p }) as unknown as AnyEvent,
    ),
  )
}
