import { expect, test } from 'vitest'
import type { PlantedBug } from '../simulate/loadCode.ts'
import { createSimulation } from '../simulate/runSeed.ts'

const SEEDS = 1_000

test('whatever happens to tabs, network, collector and storage, no durable event is lost uncounted or stored twice', async () => {
  const play = await createSimulation()
  let durable = 0
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { problems, ...outcome } = await play(seed)
    expect(problems, `npm run -w packages/tracker simulate -- --seed ${seed}`).toEqual([])
    durable += outcome.durable
  }
  expect(durable).toBeGreaterThan(SEEDS * 10)
}, 180_000)

test('a seed tells all that happens', async () => {
  const [one, other] = await Promise.all([createSimulation(), createSimulation()])
  for (let seed = 1; seed <= 20; seed++) expect(await one(seed)).toEqual(await other(seed))
})

/** Faults in the tracker itself, and what the simulation must say of them. */
const BUGS: Record<string, PlantedBug & { readonly says: RegExp }> = {
  'deletes before the acknowledgement': {
    file: 'createTracker.ts',
    find: 'const answer = await post(',
    put: 'void change(batch); const answer = await post(',
    says: /durable events .* are gone/,
  },
  'does not try again': {
    file: 'createTracker.ts',
    find: 'const tries =',
    put: 'void change(batch); const tries =',
    says: /durable events .* are gone/,
  },
  'calls durable what is only in memory': {
    file: 'createQueue.ts',
    find: 'return (next ??= last = last.then(write))',
    put: 'next ??= last = last.then(write); return Promise.resolve(true)',
    says: /durable events .* are gone/,
  },
  'does not count what it gives up': {
    file: 'createTracker.ts',
    find: 'rows[0] && change(rows, [{ i: rows[0].i, w, c: rows.length }])',
    put: 'rows[0] && change(rows)',
    says: /durable events .* are gone/,
  },
  'repeats under new ids': {
    file: 'createTracker.ts',
    find: '.map(({ j }) => j)',
    put: `.map(({ j }) => failures ? j.replace(/"i":"./, '"i":"f') : j)`,
    says: /stored twice/,
  },
  'has no lock': {
    file: 'withLock.ts',
    find: '(lock) =>\n      lock\n',
    put: '() => true\n',
    says: /two requests under way/,
  },
  'keeps no pause': {
    file: 'createTracker.ts',
    find: 'plan(waitMs, answer[0] || 1)',
    put: 'plan(0, 1)',
    says: /asked to rest/,
  },
}

test.each(Object.entries(BUGS))('notices a tracker that %s', async (_what, { says, ...bug }) => {
  const play = await createSimulation(bug)
  const problems: string[] = []
  for (let seed = 1; seed <= 100 && !problems.some((problem) => says.test(problem)); seed++) {
    problems.push(...(await play(seed)).problems)
  }
  expect(problems).toContainEqual(expect.stringMatching(says))
})
