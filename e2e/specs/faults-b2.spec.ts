import { visit, until } from '../support/faultEye.ts'
import { CASES_B2 } from '../support/faultCasesB.ts'
import { expectUnharmed, groupCases, runCases } from '../support/faultJudge.ts'
import { script, type Handler } from '../support/faultPage.ts'
import { ROWS_B } from '../support/faultRowsB.ts'
import { expect, skipUnlessChromium, test } from '../support/faultTest.ts'

for (const [title, cases] of groupCases(CASES_B2)) test(title, ({ eye, faults }) => runCases(eye, faults, cases))
for (const { title, run } of ROWS_B) test(title, ({ eye, faults }) => run(eye, faults))

test('B11 the network is gone and a service worker still brings the page', async ({
  eye,
  faults,
  page,
  browserName,
}) => {
  skipUnlessChromium(browserName, 'can cut the network; the closed port looks the same to the page')
  const worker: Handler = ({ response }) => {
    const code = `onactivate = (event) => event.waitUntil(clients.claim())
      onfetch = (event) => event.request.method === 'GET' && event.respondWith(caches.open('all').then(async (cache) =>
        (await cache.match(event.request)) ?? fetch(event.request).then((found) => (cache.put(event.request, found.clone()), found))))`
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(code)
  }
  const open = faults.open({ before: script('navigator.serviceWorker.register("sw.js")'), files: { 'sw.js': worker } })
  await eye.look(open.url, false)
  await until(eye, 'navigator.serviceWorker.controller')
  await visit(eye, faults, open, { isLight: true })
  await page.context().setOffline(true)
  const asked = open.received.length
  const seen = await visit(eye, faults, open)
  await page.context().setOffline(false)
  expect(open.received.length, 'requests that came through').toBe(asked)
  expectUnharmed(seen, 'baseline')
  expect(seen.facts.visibleAt - seen.facts.startedAt).toBeLessThan(1_250)
})
