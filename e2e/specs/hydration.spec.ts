import { HYDRATION_ROWS } from '../support/hydration/hydrationRows.ts'
import { expect, test } from '../support/hydration/hydrationTest.ts'
import { startThreadMeter } from '../support/hydration/startThreadMeter.ts'

const DEFER = { defer: true }

for (const { title, run } of HYDRATION_ROWS) test(title, ({ show }) => run(show))

test('A17 five seconds of that cost at most 50 ms of the main thread', async ({ show, page, browserName }) => {
  test.skip(browserName !== 'chromium', 'only Chromium says which script its thread ran')
  const meter = await startThreadMeter(page)
  const app = { hero: 'text', isTicking: true } as const
  const view = { moment: 'before', app, slot: DEFER, isLight: true, last: 'host.ticks >= 100' } as const
  const seen = await show('react', 'production', view)
  const { snippet, runtime } = await meter.stop(seen.open.url)
  const description = `snippet ${snippet.ms.toFixed(1)} ms in ${snippet.calls} calls, runtime ${runtime.ms.toFixed(1)} ms in ${runtime.calls}`
  test.info().annotations.push({ type: 'thread time of the whole view', description })
  expect(Math.min(snippet.calls, runtime.calls), 'calls of both that were seen').toBeGreaterThan(0)
  expect(snippet.ms + runtime.ms, description).toBeLessThanOrEqual(50)
})
