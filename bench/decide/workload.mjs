// Bundled with the peers, and run in Node and in the page alike: plain data in, plain data out.
import { decide } from '@unblink/decide'
import { evalCondition } from '@growthbook/growthbook'
import jsonLogic from 'json-logic-js'
// What `decide` itself asks each audience with; no entry of the package exports it.
import { createMatcher } from '../../packages/decide/src/createMatcher.ts'
import { ATTRIBUTES, createConditions, createManifest } from './createRules.mjs'

/** Where experiences share their audiences: so many, unless the experiences are fewer. */
const SHARED_AUDIENCES = 100

const NOW = Date.UTC(2026, 10, 22)

/** How each is asked for one visitor: a function that says whether a condition holds. */
const EVALUATORS = {
  unblink: () => {
    const matches = createMatcher(ATTRIBUTES)
    return (condition) => matches(ATTRIBUTES, condition)
  },
  growthbook: () => (condition) => evalCondition(ATTRIBUTES, condition),
  'json-logic': () => (rule) => jsonLogic.apply(rule, ATTRIBUTES),
}

const getLanguage = (contender) => (contender === 'json-logic' ? 'json-logic' : 'mongo')

const createDecide = (manifest) => () =>
  decide({ manifest, attributes: ATTRIBUTES, visitor: 'visitor-1', now: NOW }).filter(
    // A fault in the rules would be cheap.
    ({ variant, reason }) => variant || reason === 'error',
  ).length

/** What is measured, by its name: given rules of their own, a call that goes through all of them and answers how many hold. */
const TASKS = {
  conditions: (contender, count) => {
    const conditions = createConditions(count, getLanguage(contender))
    return () => {
      const isMet = EVALUATORS[contender]()
      return conditions.filter((condition) => isMet(condition)).length
    }
  },
  'by id': (contender, count) => {
    const { experiences, audiences } = createManifest(count, getLanguage(contender))
    return () => {
      const isMet = EVALUATORS[contender]()
      return experiences.filter(({ audience }) => isMet(audiences[audience])).length
    }
  },
  decide: (_, count) => createDecide(createManifest(count, 'mongo')),
  'decide, shared': (_, count) => createDecide(createManifest(count, 'mongo', SHARED_AUDIENCES)),
}

const create = ({ task, contender, count }) => {
  const run = TASKS[task](contender, count)
  return () => {
    // Whoever answers something else does not do the same work.
    if (run() !== 0) throw new Error(`${contender}, ${task}: a condition held that must not`)
  }
}

const getMilliseconds = (run, times) => {
  const startedAt = performance.now()
  for (let i = 0; i < times; i++) run()
  return (performance.now() - startedAt) / times
}

/** Milliseconds of the very first call, before anything was compiled: only in a page where nobody has run yet. */
export const measureFirst = (given) => getMilliseconds(create(given), 1)

/**
 * Milliseconds of one call: for each of `rows` (`{ task, contender }`) a list of `runs` samples. They take turns, so that
 * whatever else the machine does meets them all, and each sample has rules that nobody has seen. The clock of a page is coarse:
 * small runs are repeated until they take long enough, and large ones as often as those of 1 000, so that both have as many
 * calls with rules that are in no cache yet.
 */
export function measure({ rows, count, runs }) {
  const times = Math.max(5, Math.ceil(5_000 / count))
  const warmups = Math.min(40, Math.max(5, 20_000 / count))
  for (const row of rows) for (let i = 0; i < warmups; i++) create({ ...row, count })()
  const samples = rows.map(() => [])
  for (let i = 0; i < runs; i++) {
    rows.forEach((row, index) => {
      const run = create({ ...row, count })
      // New rules grow old first, or clearing away what made them would be counted as deciding.
      for (let j = 0; j < 2; j++) globalThis.gc?.({ type: 'minor' })
      samples[index].push(getMilliseconds(run, times))
    })
  }
  return samples
}
