import { expect, test } from 'vitest'
import { askProfile, COOKIE, makeEvent, makeSite, sendBatch, startTestServer } from '../../test/startTestServer.ts'
import type { AttributeInput } from '../site/choiceInput.ts'
import { createDriftWatch } from './createDriftWatch.ts'
import { createRegistry } from './createRegistry.ts'

const DAY = 86_400_000
const EVERY = 300_000
/** As few as there is something to tell of. */
const ENOUGH = 100
const on = { event: 'custom', where: { name: 'view_item' } } as const
const brands: AttributeInput = { kind: 'affinity', on, of: 'props.items.item_brand' }
const view = (brand: string, at = Date.now()) => {
  const items = Array.from({ length: 10 }, (_, n) => ({ item_brand: `${brand}${n % 3}` }))
  return makeEvent({ t: 'custom', at, p: { name: 'view_item', props: { items } } })
}

function start() {
  let now = Date.UTC(2030, 0, 7)
  const registry = createRegistry()
  const drift = createDriftWatch({ registry, now: () => now })
  /** So many events of one brand, five minutes apart unless it is said otherwise. */
  const see = (brand: string, count = ENOUGH, everyMs = EVERY, site = makeSite({ attributes: { brands } })) => {
    for (let n = 0; n < count; n++, now += everyMs) drift.watch(site, [{ event: view(brand) }])
  }
  return { drift, registry, see, wait: (ms: number) => void (now += ms) }
}

test('values that are what they were have not moved, others have; the name says which', () => {
  const { drift, registry, see, wait } = start()
  see('shoe')
  expect(drift.get()).toEqual({})
  wait(2 * DAY)
  see('shoe')
  expect(drift.get()).toEqual({ brands: 0 })
  expect(drift.getMoved()).toEqual([])
  wait(2 * DAY)
  see('hat')
  expect(drift.get()['brands']).toBeGreaterThan(1)
  expect(drift.getMoved()).toEqual(['brands'])
  expect(registry.format()).toMatch(/unblink_attribute_drift\{attribute="brands"\} \d+\.\d/)
})

test('what is a week old is forgotten, and then nothing can be told', () => {
  const { drift, see, wait } = start()
  see('shoe')
  wait(8 * DAY)
  see('hat')
  expect(drift.get()).toEqual({})
})

test('however much comes, one value in five minutes is kept: those of one list are no hundred', () => {
  const { drift, see, wait } = start()
  see('shoe', 1_000, 10)
  wait(2 * DAY)
  see('hat', 1_000, 10)
  expect(drift.get()).toEqual({})
  see('hat', ENOUGH / 4)
  expect(drift.get()).toEqual({})
})

test('what nobody has told of for a day has not moved any more', () => {
  const { drift, see, wait } = start()
  see('shoe')
  wait(2 * DAY)
  see('hat')
  wait(DAY - EVERY - 1)
  expect(drift.getMoved()).toEqual(['brands'])
  wait(1)
  expect([drift.getMoved(), drift.get()]).toEqual([[], {}])
})

test('with another declaration it begins anew, with the same it goes on', () => {
  const { drift, see, wait } = start()
  see('shoe')
  wait(2 * DAY)
  see('hat', ENOUGH, EVERY, makeSite({ attributes: { brands: { ...brands, of: 'props.items.item_name' } } }))
  expect(drift.get()).toEqual({})
  see('shoe')
  wait(2 * DAY)
  see(
    'hat',
    ENOUGH,
    EVERY,
    makeSite({ attributes: { brands, clicks: { kind: 'count', on: { event: 'interaction' } } } }),
  )
  expect(drift.getMoved()).toEqual(['brands'])
})

test('a running server tells it at /metrics, and an experience can keep off what has moved', async () => {
  let now = Date.UTC(2030, 0, 7)
  const site = makeSite({
    attributes: { brands },
    experiences: [
      {
        id: 'hero',
        slot: 'home.hero',
        kind: 'personalization',
        suppress: { drifting: { $in: ['brands'] } },
        variants: [{ id: 'brand', content: { text: 'Your brand' } }],
      },
    ],
  })
  const server = await startTestServer({ site, now: () => now })
  const see = async (brand: string) => {
    for (let n = 0; n < ENOUGH; n++, now += EVERY) {
      const { reply } = await sendBatch(server, [view(brand, now)], { sentAt: now }, COOKIE)
      expect(reply.ok).toBe(1)
    }
  }
  const getVariant = async () => (await askProfile(server, {}, COOKIE)).reply.decisions?.[0]?.variant
  await see('shoe')
  now += 2 * DAY
  expect(await getVariant()).toBe('brand')
  await see('hat')
  expect(await getVariant()).toBeUndefined()
  expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(
    /unblink_attribute_drift\{attribute="brands"\} \d/,
  )
  await server.stop()
})
