import { expect, test } from 'vitest'
import { measureUnion } from '../../lib/measureUnion.mjs'
import { analyseTrace, measureScript } from './analyseTrace.mjs'

const URL_OF_PAGE = 'https://www.shop.test/'
const navigation = {
  name: 'navigationStart',
  ts: 1_000,
  pid: 1,
  tid: 2,
  args: { data: { documentLoaderURL: URL_OF_PAGE } },
}
const main = { ph: 'X', pid: 1, tid: 2 }

test('nested and overlapping intervals count once', () => {
  expect(measureUnion([])).toBe(0)
  expect(
    measureUnion([
      [50, 10],
      [0, 20],
      [5, 5],
      [15, 10],
    ]),
  ).toBe(35)
})

test('script is the union of script events in thread time, on the main thread of the page and after its navigation', () => {
  const events = [
    navigation,
    { ...main, name: 'EvaluateScript', ts: 2_000, dur: 90_000, tts: 500, tdur: 4_000 },
    { ...main, name: 'FunctionCall', ts: 2_500, dur: 1_000, tts: 1_000, tdur: 1_000 },
    { ...main, name: 'FunctionCall', ts: 900, dur: 1_000, tts: 100, tdur: 100 },
    { ...main, name: 'Layout', ts: 3_000, dur: 8_000, tts: 9_000, tdur: 8_000 },
    { ...main, tid: 3, name: 'FunctionCall', ts: 3_000, dur: 1_000, tts: 1_000, tdur: 9_000 },
    { ...main, name: 'RunTask', ts: 2_000, dur: 95_000 },
  ]
  const { script, longestTaskMs } = analyseTrace(events, URL_OF_PAGE)
  expect(measureScript(script)).toBe(4)
  expect(longestTaskMs).toBe(95)
})

test('script before a moment is what began before it', () => {
  const script = [
    { ms: 10, tts: 0, tdur: 2_000 },
    { ms: 30, tts: 5_000, tdur: 1_000 },
  ]
  expect(measureScript(script, 30)).toBe(2)
  expect(measureScript(script)).toBe(3)
})

test('counts restyled elements, and the layouts that happened inside a script', () => {
  const events = [
    navigation,
    { ...main, name: 'UpdateLayoutTree', ts: 2_000, dur: 10, args: { elementCount: 3 } },
    { ...main, name: 'FunctionCall', ts: 3_000, dur: 100, tts: 0, tdur: 100 },
    { ...main, name: 'UpdateLayoutTree', ts: 3_010, dur: 10, args: { elementCount: 4 } },
    { ...main, name: 'Layout', ts: 3_020, dur: 10 },
    { ...main, name: 'Layout', ts: 4_000, dur: 10 },
  ]
  expect(analyseTrace(events, URL_OF_PAGE)).toMatchObject({ restyled: 7, forcedLayouts: 1 })
})

test('screenshots count from the last navigation to the page', () => {
  const screenshot = (ts) => ({ name: 'Screenshot', ts, args: { snapshot: 'jpeg' } })
  const events = [screenshot(500), navigation, { ...navigation, ts: 5_000 }, screenshot(2_000), screenshot(7_500)]
  expect(analyseTrace(events, URL_OF_PAGE).screenshots).toEqual([{ ms: 2.5, jpeg: 'jpeg' }])
  expect(analyseTrace([], URL_OF_PAGE)).toBeUndefined()
})
