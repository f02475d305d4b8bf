import type { AnyEvent } from '@unblink/protocol'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { toId } from '../../test/arbitraryEvents.ts'
import { makeSite } from '../../test/startTestServer.ts'
import { collect } from '../collector/collect.ts'
import type { Profile } from '../profile/profile.ts'
import { createStore } from '../store/createStore.ts'
import { openDatabase, type Database } from '../store/openDatabase.ts'
import { createIdentity } from './createIdentity.ts'
import { createLinks } from './createLinks.ts'
import { replayKnown } from './replayKnown.ts'
import { replayUser, type LogEntry } from './replayUser.ts'
import { toUserKey } from './toUserKey.ts'
import { withLinks } from './withLinks.ts'

const site = makeSite()
const USER = 'u-17'
const START = 1_800_000_000_000
const HOUR = 3_600_000

const databases: Database.Database[] = []
afterEach(() => databases.splice(0).forEach((database) => database.close()))

function open() {
  const database = openDatabase()
  databases.push(database)
  const own = createStore(database, site.id)
  const links = createLinks(database, site.id)
  const store = withLinks(own, links)
  return { database, own, links, store, identity: createIdentity(own, links) }
}

/** One device's next step. */
type Step =
  | { readonly type: 'event'; readonly device: number; readonly kind: number; readonly at: number }
  | { readonly type: 'identify' | 'log_out'; readonly device: number }

const toEvent = (n: number, kind: number, at: number): AnyEvent => {
  const kinds = [
    { t: 'page_view', lo: '/mortgage/rates', p: { kind: 'load', title: '', source: {} } },
    { t: 'engagement', lo: '/mortgage/rates', p: { rev: 0, visibleMs: 20_000, activeMs: 7_000 + n } },
    { t: 'conversion', lo: '/', p: { goal: 'apply' } },
    { t: 'attributes', lo: '', p: { set: { tier: n % 2 ? 'gold' : 'silver' } } },
  ]
  return { i: toId('e', n), n: 0, pv: toId('f', n), at, mt: 0, ...kinds[kind % kinds.length] } as unknown as AnyEvent
}

const toVisitor = (device: number, turn: number) => `device-${device}-${turn}`

/** Does the steps; whoever logs out goes on as somebody new. `without`: this visitor is never identified. */
function run(steps: readonly Step[], without?: string) {
  const server = open()
  const turns = new Map<number, number>()
  steps.forEach((step, n) => {
    const visitor = toVisitor(step.device, turns.get(step.device) ?? 0)
    const at = START + n * HOUR
    if (step.type === 'event') {
      const event = toEvent(n, step.kind, at - step.at)
      collect({ site, store: server.store, events: [event], visitor, sentAt: at, receivedAt: at })
    } else if (step.type === 'identify') {
      if (visitor !== without) server.identity.identify({ visitor, user: USER, at, site })
    } else {
      server.identity.logOut(visitor, at)
      turns.set(step.device, (turns.get(step.device) ?? 0) + 1)
    }
  })
  return { ...server, getUser: () => server.own.getProfile(toUserKey(USER)) }
}

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        type: fc.constant('event' as const),
        device: fc.nat(2),
        kind: fc.nat(3),
        at: fc.nat(3 * HOUR),
      }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('identify' as const), device: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('log_out' as const), device: fc.nat(2) }) },
  ),
  { maxLength: 30 },
)

/** What is known, without how often that has changed. */
const toKnown = (profile: Profile | undefined) => {
  if (!profile) return undefined
  const { generation: _, visitor: _visitor, ...known } = profile
  return known
}

test('a user’s profile is what the log gives when it is read again', () => {
  fc.assert(
    fc.property(steps, (done) => {
      const { links, getUser } = run(done)
      const merges = links.getMerges(USER)
      const events = links.getEventsAfter([...new Set(merges.map(({ visitor }) => visitor))], 0)
      const isTheirs = ({ visitor, position }: (typeof events)[number]) =>
        merges.some((one) => one.visitor === visitor && one.begun < position && position <= (one.ended ?? Infinity))
      const log: LogEntry[] = [
        ...events.filter(isTheirs).map(({ position, event }) => ({ type: 'event' as const, position, event })),
        ...merges.map(({ id, begun, anonymous }) => ({ type: 'merge' as const, position: begun, id, anonymous })),
      ]
      const { profile } = replayUser(log, undefined, toUserKey(USER), site)
      expect(JSON.stringify(profile)).toBe(JSON.stringify(getUser()))
      // Also where what the visitors had done before is not taken from what the merges keep of it.
      const alone = replayKnown(links, USER, site)
      expect(JSON.stringify(alone.profile)).toBe(JSON.stringify(getUser()))
      const kept = merges.map(({ id, anonymous, known }) => ({ id, anonymous, known }))
      expect(JSON.stringify(alone.merges)).toBe(JSON.stringify(kept))
      expect(alone.isWhole).toBe(true)
    }),
  )
})

test('a merge that is taken back has never been: for the user, for the visitor, and for later merges', () => {
  fc.assert(
    fc.property(steps, fc.nat(), (done, pick) => {
      const merged = run(done)
      const all = merged.links.getMerges(USER)
      const chosen = all[pick % (all.length || 1)]
      if (!chosen) return
      const { visitor } = chosen
      expect(merged.identity.separate(visitor, site)).toBe('separated')
      const never = run(done, visitor)
      expect(toKnown(merged.getUser())).toEqual(toKnown(never.getUser()))
      expect(toKnown(merged.own.getProfile(visitor))).toEqual(toKnown(never.own.getProfile(visitor)))
      expect(merged.links.getUser(visitor)).toBeUndefined()
      // And so on, in any order: nothing of one hides in what another is worked out from.
      for (const { visitor: other } of [...merged.links.getMerges(USER)].reverse()) {
        merged.identity.separate(other, site)
        never.identity.separate(other, site)
        expect(toKnown(merged.getUser())).toEqual(toKnown(never.getUser()))
      }
      expect(merged.getUser()).toBeUndefined()
    }),
  )
})

const visit = (server: ReturnType<typeof open>, visitor: string, n: number, kind = 2) => {
  const at = START + n * HOUR
  collect({ site, store: server.store, events: [toEvent(n, kind, at)], visitor, sentAt: at, receivedAt: at })
}

test('several devices read and teach one profile, each under its own id', () => {
  const server = open()
  for (const [n, visitor] of ['phone', 'laptop'].entries()) {
    visit(server, visitor, n)
    server.identity.identify({ visitor, user: USER, at: START, site })
  }
  visit(server, 'phone', 5)
  expect(server.store.getProfile('laptop')).toMatchObject({ visitor: 'laptop', conversions: { apply: { count: 3 } } })
  expect(server.store.getProfile('phone')).toMatchObject({ visitor: 'phone', conversions: { apply: { count: 3 } } })
  expect(server.own.getProfile('phone')).toBeUndefined()
})

test('who logs out takes nothing along, and what they taught stays the user’s', () => {
  const server = open()
  visit(server, 'phone', 0)
  server.identity.identify({ visitor: 'phone', user: USER, at: START, site })
  expect(server.identity.logOut('phone', START)).toBe(true)
  expect(server.store.getProfile('phone')).toBeUndefined()
  visit(server, 'phone', 1)
  expect(server.own.getProfile(toUserKey(USER))).toMatchObject({ conversions: { apply: { count: 1 } } })
  expect(server.identity.logOut('phone', START)).toBe(false)
})

test('E2 another user at the same browser gets a visitor of their own, and none of what is known', () => {
  const server = open()
  visit(server, 'phone', 0)
  server.identity.identify({ visitor: 'phone', user: 'ann', at: START, site })
  const { visitor, isChanged } = server.identity.identify({ visitor: 'phone', user: 'bob', at: START, site })
  expect(isChanged).toBe(true)
  expect(visitor).not.toBe('phone')
  expect(server.store.getProfile(visitor)).toBeUndefined()
  expect(server.links.getUser('phone')).toBeUndefined()
  expect(server.own.getProfile(toUserKey('ann'))).toBeDefined()
})

test('to be identified again as the same changes nothing', () => {
  const server = open()
  visit(server, 'phone', 0)
  server.identity.identify({ visitor: 'phone', user: USER, at: START, site })
  const before = server.store.getProfile('phone')
  expect(server.identity.identify({ visitor: 'phone', user: USER, at: START, site })).toEqual({
    visitor: 'phone',
    isChanged: false,
  })
  expect(server.store.getProfile('phone')).toEqual(before)
})

test('after the retention a merge is final; to erase the visitor then takes the user’s profile along', () => {
  const server = open()
  for (const [n, visitor] of ['phone', 'laptop'].entries()) {
    visit(server, visitor, n)
    server.identity.identify({ visitor, user: USER, at: START, site })
  }
  while (server.links.deleteMergesBefore(START + 1, 1) > 0) continue
  expect(server.identity.separate('phone', site)).toBe('final')
  expect(server.store.getProfile('phone')).toMatchObject({ conversions: { apply: { count: 2 } } })
  server.identity.release('phone', site)
  expect(server.own.getProfile(toUserKey(USER))).toBeUndefined()
  expect(server.links.getUser('laptop')).toBe(USER)
  expect(server.identity.separate('nobody', site)).toBe('unknown')
})
