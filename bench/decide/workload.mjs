// Bundled with the peers, and run in Node and in the page alike: plain data in, plain data out.
import { decide } from '@unblink/decide'
import { evalCondition } from '@growthbook/growthbook'
import jsonLogic from 'json-logic-js'
import { ATTRIBUTES, createConditions, createJsonLogic, createManifest } from './createRules.mjs'

const NOW = Date.UTC(2026, 10, 22)

/** Makes what is measured: one call that goes through `count` conditions and answers how many hold. */
const CONTENDERS = {
  unblink: (count) => {
    const manifest = createManifest(count)
    return () =>
      decide({ manifest, attributes: ATTRIBUTES, visitor: 'visitor-1', now: NOW }).filter(
        // A fault in the rules would be cheap.
        ({ variant, reason }) => variant || reason === 'error',
      ).length
  },
  growthbook: (count) => {
    const conditions = createConditions(count)
    return () => conditions.filter((condition) => evalCondition(ATTRIBUTES, condition)).length
  },
  'json-logic': (count) => {
    const rules = createJsonLogic(count)
    return () => rules.filter((rule) => jsonLogic.apply(rule, ATTRIBUTES)).length
  },
}

const getMilliseconds = (run, times) => {
  const startedAt = performance.now()
  for (let i = 0; i < times; i++) run()
  return (performance.now() - startedAt) / times
}

/**
 * Milliseconds of one call, with fresh rules for each sample: `first` the very first one, before anything was compiled (so
 * only when nobody has run here before), `samples` after 40 calls to warm up. The clock of a page is coarse: small runs are
 * repeated until they take long enough, and large ones as often as those of 1 000, so that both have as many calls with rules
 * that are in no cache yet.
 */
export function measure({ contender, count, runs }) {
  const create = CONTENDERS[contender]
  const held = []
  const cold = create(count)
  const firstMs = getMilliseconds(() => held.push(cold()), 1)
  for (let i = 0; i < 40; i++) held.push(create(count)())
  const times = Math.max(5, Math.ceil(5_000 / count))
  const samples = Array.from({ length: runs }, () => {
    const run = create(count)
    // New rules grow old first, or clearing away what made them would be counted as deciding.
    for (let i = 0; i < 2; i++) globalThis.gc?.({ type: 'minor' })
    return getMilliseconds(run, times)
  })
  // Whoever answers something else does not do the same work.
  if (held.some((answer) => answer !== 0)) throw new Error(`${contender}: a condition held that must not`)
  return { firstMs, samples }
}
