import { decide, type Meetings } from '@unblink/decide'
import type { Cap, Manifest } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { getCapEnd } from './getCapEnd.ts'

const NOW = new Date(2026, 9, 22, 12).getTime()
const MINUTE = 60_000

/** What the engine makes of the cap. */
const isPassedOver = (cap: Cap, meetings: Meetings | undefined) => {
  const experience = { id: 'x', slot: 's', kind: 'personalization' as const, cap, variants: [{ id: 'v' }] }
  const manifest: Manifest = { v: 1, version: '1', slots: { s: {} }, audiences: {}, experiences: [experience] }
  const counts = meetings && { x: meetings }
  return decide({ manifest, attributes: {}, now: NOW, memory: { counts } })[0]!.experience === undefined
}

const CAPS: Cap[] = (['session', 'day', 'ever'] as const).flatMap((per) => [
  { per, impressions: 2 },
  { per, dismissals: 1 },
  { per, ignored: 3, impressions: 9 },
  { per, coolDownMs: 10 * MINUTE },
  { per, impressions: 2, coolDownMs: 10 * MINUTE },
  { per, impressions: 0 },
])

const MEETINGS: (Meetings | undefined)[] = [
  undefined,
  {},
  ...[0, 1, 2, 3, 9].flatMap((n) =>
    [undefined, NOW - MINUTE, NOW - 10 * MINUTE, NOW - 60 * MINUTE].flatMap((lastAt) =>
      (['session', 'day', 'ever'] as const).map((per) => ({
        [per]: { impressions: n, dismissals: Math.floor(n / 2), ignored: n },
        ...(lastAt === undefined ? {} : { lastAt }),
      })),
    ),
  ),
]

test('a cap holds exactly when the engine passes the experience over', () => {
  let held = 0
  for (const cap of CAPS)
    for (const meetings of MEETINGS) {
      const isHeld = getCapEnd(cap, meetings, NOW) > NOW
      expect({ cap, meetings, isHeld }).toEqual({ cap, meetings, isHeld: isPassedOver(cap, meetings) })
      if (isHeld) held++
    }
  expect(held).toBeGreaterThan(50)
})

test('it ends with the visit, at midnight, with the cool-down, or beyond any browser’s memory', () => {
  const reached = { impressions: 1 }
  const met: Meetings = { session: reached, day: reached, ever: reached, lastAt: NOW - MINUTE }
  expect(getCapEnd({ per: 'session', impressions: 1 }, met, NOW)).toBe(NOW + 30 * MINUTE)
  expect(getCapEnd({ per: 'day', impressions: 1 }, met, NOW)).toBe(new Date(2026, 9, 23).getTime())
  expect(getCapEnd({ per: 'ever', impressions: 1 }, met, NOW)).toBeGreaterThan(NOW + 365 * 24 * 60 * MINUTE)
  expect(getCapEnd({ per: 'ever', coolDownMs: 5 * MINUTE }, met, NOW)).toBe(NOW + 4 * MINUTE)
})

test('of two reasons, the one that holds longer', () => {
  const met: Meetings = { session: { impressions: 1 }, lastAt: NOW }
  const twoDays = 2 * 24 * 60 * MINUTE
  expect(getCapEnd({ per: 'session', impressions: 1, coolDownMs: twoDays }, met, NOW)).toBe(NOW + twoDays)
})
