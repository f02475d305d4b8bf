import { expect, test } from 'vitest'
import { SECRET } from '../../../test/openWebhooks.ts'
import { makeSite, VISITOR } from '../../../test/startTestServer.ts'
import { createProfile } from '../../profile/createProfile.ts'
import { publish } from '../../site/publish.ts'
import { getRules } from '../../webhooks/getRules.ts'
import { createDesks } from './createDesk.ts'
import type { Draft } from './createTold.ts'
import { formatTold, NOTHING_TOLD, parseTold } from './toldState.ts'

const on = { audience: 'gold', exit: true } as const
const webhook = { url: 'https://crm.example/', secret: SECRET, on, send: ['blob'] }
const rules = getRules(publish(makeSite({ webhooks: { crm: webhook } })))!
const makeProfile = (tier: string, size: number) => ({
  ...createProfile(VISITOR),
  custom: { tier, blob: '“"”'.repeat(size / 3) },
})

test('a value never outgrows what NATS takes: the oldest messages are given up, and said to be', () => {
  const dropped: string[] = []
  const desks = createDesks({ onDrop: (_webhook, id) => dropped.push(id) })
  const draft: Draft = { ...NOTHING_TOLD }
  const take = (n: number, size: number) => {
    const profile = makeProfile(n % 2 ? 'silver' : 'gold', size)
    const desk = { draft, key: '0.x', profile, at: n, cause: n }
    desks.run(desk, (notices) => notices.onProfile(rules, profile))
  }
  for (let n = 0; n < 20; n++) take(n, 75_000)
  expect(Buffer.byteLength(formatTold(draft))).toBeLessThan(650_000)
  expect(draft.outbox.map(({ at }) => at)).toEqual([18, 19])
  expect(new Set([...dropped, ...draft.outbox.map(({ id }) => id)]).size).toBe(20)
  take(20, 250_000)
  expect(draft.outbox.at(-1)!.at).toBe(19)
  expect(dropped).toHaveLength(19)
})

test('the same happening has the same id, whoever works it out, and another has another', () => {
  const getId = (at: number, cause: number) => {
    const draft: Draft = { ...NOTHING_TOLD }
    const profile = makeProfile('gold', 1)
    const desk = { draft, key: '0.x', profile, at, cause }
    createDesks({ onDrop: () => {} }).run(desk, (notices) => notices.onProfile(rules, profile))
    return draft.outbox[0]!.id
  }
  expect(getId(1, 7)).toBe(getId(1, 7))
  expect(new Set([getId(1, 7), getId(1, 8), getId(2, 7)]).size).toBe(3)
})

test('a value is read as it was written, and one of a newer version is left alone', () => {
  const message = { id: 'msg_1', webhook: 'crm', at: 1, body: '{}', attempts: 1, next: 2, error: 'HTTP 500' }
  const state = {
    ...{ seqs: { [VISITOR]: 7 }, subject: VISITOR, members: { gold: 1 }, look: 5, outbox: [message] },
    waits: { crm: { since: undefined, quiet: 3, due: 4 }, other: { since: 1, quiet: -1, due: 9 } },
  }
  expect(parseTold(formatTold(state))).toEqual(state)
  expect(formatTold({ ...NOTHING_TOLD, seqs: { [VISITOR]: 7 }, subject: 'user:u-17' })).not.toContain('u-17')
  expect(() => parseTold('{"v":2}')).toThrow('newer version')
})
