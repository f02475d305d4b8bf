import { createDevice, type Tab } from './createDevice.ts'
import { CALM, createNetwork, type Kind, type Weather } from './createNetwork.ts'
import { createWorld, type World } from './createWorld.ts'
import { loadStorage, loadTracker, type PlantedBug } from './loadCode.ts'

/** What came of one seed. */
export interface Outcome {
  readonly seed: number
  /** What must not be; empty when all is well. */
  readonly problems: readonly string[]
  /** Events that were said to be durable, those of them that the collector holds, and those that were given up. */
  readonly durable: number
  readonly stored: number
  readonly missing: number
  readonly requests: number
}

const HOUR_MS = 3_600_000

/** How rough it is: each fault on some seeds only, so that each is also met alone. */
const createWeather = (world: World): Weather => {
  const share = (most: number) => (world.chance(0.5) ? world.random() * most : 0)
  return {
    lost: share(0.5),
    mute: share(0.5),
    hung: share(0.2),
    twice: share(0.2),
    broken: share(0.3),
    busy: share(0.2),
    portal: share(0.2),
    forbidden: world.chance(0.1) ? 0.1 : 0,
  }
}

/** Records in the queue, read beside the tracker. */
async function countRecords(world: World, storage: IDBFactory): Promise<number> {
  let count = 0
  const request = storage.open('unblink')
  request.onsuccess = () => {
    const counted = request.result.transaction('events').objectStore('events').count()
    counted.onsuccess = () => (count = counted.result)
  }
  await world.run(world.now() + 10_000)
  return count
}

/** Prepares the code once; the function plays one seed after the other, one at a time. */
export async function createSimulation(bug?: PlantedBug): Promise<(seed: number) => Promise<Outcome>> {
  let queue = (_task: () => void) => {}
  const [start, createStorage] = await Promise.all([loadTracker(bug), loadStorage((task) => queue(task))])

  return async (seed) => {
    const world = createWorld(seed)
    const network = createNetwork(world)
    // Tasks of storage keep their order, however long each takes.
    let busyUntil = 0
    const isSlow = world.chance(0.3)
    queue = (task) => {
      busyUntil = Math.max(busyUntil, world.now() + (isSlow ? world.below(40) : world.random()))
      world.schedule(busyUntil - world.now(), task)
    }
    const storage = createStorage()
    const device = createDevice(world, network, storage, start)
    const durable = new Set<number>()
    const withPoison = world.chance(0.3)
    const withSkew = world.chance(0.15)
    const withFull = world.chance(0.3)
    let nextNumber = 0

    const track = (tab: Tab, kind: Kind = 'fine') => {
      const n = nextNumber++
      const text = 'x'.repeat(world.chance(0.1) ? world.below(15_000) : world.below(200))
      void tab.tracker.track({ t: 'custom', p: { name: 'step', props: { n, kind, text } } }).then((isDurable) => {
        if (isDurable && !tab.isDead) durable.add(n)
      })
    }
    const acts: readonly ((tab: Tab) => void)[] = [
      (tab) => {
        for (let count = 1 + world.below(8); count > 0; count--) track(tab)
      },
      (tab) => {
        for (let count = 1 + world.below(5); count > 0; count--) world.schedule(world.below(200), () => track(tab))
      },
      (tab) => track(tab, withPoison ? world.pick(['unusable', 'crashing', 'rejected']) : 'fine'),
      (tab) => void tab.tracker.flush(),
      (tab) => {
        track(tab)
        world.schedule(world.below(60), () => tab.close())
      },
      (tab) => tab.crash(),
      (tab) => {
        tab.touchesLeft = 1 + world.below(30)
      },
      () => [...device.tabs].forEach((tab) => tab.crash()),
      (tab) => {
        tab.setHidden(true)
        world.schedule(world.below(20_000), () => tab.setHidden(false))
      },
      () => void device.open(),
      () => [...device.tabs].forEach((tab) => tab.fire('online')),
      () => (network.weather = world.chance(0.5) ? createWeather(world) : CALM),
      () => (network.weather = { ...CALM, lost: world.chance(0.3) ? 1 : 0 }),
      () => (device.isStorageRefused = !device.isStorageRefused && world.chance(0.3)),
      () => (device.full = withFull && world.chance(0.5) ? world.random() : 0),
      () => {
        if (withSkew) device.skewMs += world.pick([-10_000, HOUR_MS, -24 * HOUR_MS, 250 * HOUR_MS, -3_000 * HOUR_MS])
      },
    ]

    device.open()
    network.weather = createWeather(world)
    for (let count = 10 + world.below(30); count > 0; count--) {
      await world.run(world.now() + world.below(world.chance(0.2) ? 60_000 : 2_000))
      world.pick(acts)(world.pick(device.tabs) ?? device.open())
      if (device.tabs.length > 3) device.tabs[0]!.crash()
    }

    // Then all is well again, and somebody comes back.
    network.weather = CALM
    device.isStorageRefused = false
    device.full = 0
    if (world.chance(0.5)) [...device.tabs].forEach((tab) => tab.crash())
    const last = device.open()
    await world.run(world.now() + 2 * HOUR_MS)
    // What was given up is told with the next events; an event that breaks the collector is given up after so many tries.
    for (let count = 0; count < 3 || (count < 99 && (await countRecords(world, storage)) > 0); count++) {
      track(last)
      await world.run(world.now() + HOUR_MS / 3)
    }

    const problems = [...network.problems]
    const stored = new Set(network.stored.values())
    if (stored.size !== network.stored.size) problems.push('an event was stored twice')
    const missing = [...durable].filter((n) => !stored.has(n))
    if (missing.length > network.drops)
      problems.push(`durable events ${missing.join()} are gone, and ${network.drops} were counted`)
    else if (missing.length > 0 && !withPoison && !withSkew)
      problems.push(`durable events ${missing.join()} were given up`)
    const left = await countRecords(world, storage)
    if (left > 0) problems.push(`${left} records are left in the queue`)
    return {
      seed,
      problems,
      durable: durable.size,
      stored: durable.size - missing.length,
      missing: missing.length,
      requests: network.requests,
    }
  }
}
