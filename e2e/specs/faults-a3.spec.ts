import { until, visit } from '../support/faultEye.ts'
import { noRuntime } from '../support/faultCasesA.ts'
import { expectUnharmed } from '../support/faultJudge.ts'
import { BASELINE_TEXT, HERO_HTML, script, VARIANT_TEXT, type Handler } from '../support/faultPage.ts'
import { hang, HERO_DECISION, later, send, toReply } from '../support/faultProfile.ts'
import { expect, skipUnlessChromium, test } from '../support/faultTest.ts'

test('A0 the judge condemns a page that swaps without the SDK, and one that hides for ever', async ({
  eye,
  faults,
}) => {
  const swap =
    script(`addEventListener('load', () => setTimeout(() => requestAnimationFrame(() => { const hero = document.querySelector('[data-unblink=hero]')
    hero.replaceChildren(document.getElementById('hero-variant').content.cloneNode(true)) }), 300))`)
  const late = await visit(eye, faults, {
    slots: { help: {} },
    after: swap,
    until: 'witness.visibleAt && performance.now() > witness.visibleAt + 700',
  })
  for (const { sequence } of late.witnesses) expect(sequence).toMatch(/baseline→variant$/)
  const forEver = await visit(eye, faults, {
    slots: { help: {} },
    deadlineMs: 400,
    before: '<style>[data-unblink=hero]{opacity:0}</style>',
  })
  for (const { sequence } of forEver.witnesses) expect(sequence).toBe('hidden')
  expect(forEver.facts.isVisible).toBe(false)
})

test('A8 a processor 20 times slower: the default comes by its deadline, nothing shifts', async ({
  eye,
  faults,
  page,
  browserName,
}) => {
  skipUnlessChromium(browserName, 'slows the processor down; other engines would need a control group')
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: 20 })
  const late: number[] = []
  test.setTimeout(120_000)
  for (let run = 0; run < 3; run++) {
    const seen = await visit(eye, faults, { profile: hang, runtime: noRuntime, deadlineMs: 1_500 })
    expectUnharmed(seen, 'baseline')
    const shownAt = seen.witnesses[0]!.firstShownAt ?? Infinity
    late.push(shownAt - Math.max(seen.facts.startedAt + 1_500, seen.facts.styledAt))
  }
  expect(
    late.sort((a, b) => a - b)[1],
    `later than the deadline by ${late.map(Math.round).join()} ms`,
  ).toBeLessThanOrEqual(150)
})

test('A11 without JavaScript the default is there', async ({ browser, page, faults, browserName }) => {
  // Firefox's driver has no such switch; a sandboxed document runs no script either.
  const hasSwitch = browserName === 'chromium'
  const context = await browser.newContext({ javaScriptEnabled: !hasSwitch, viewport: { width: 1000, height: 700 } })
  const plain = await context.newPage()
  const sandbox = { 'content-security-policy': 'sandbox allow-same-origin' }
  const open = faults.open({ profile: hang, deadlineMs: 3_000, ...(hasSwitch ? {} : { headers: sandbox }) })
  await plain.goto(open.url)
  const picture = (await plain.screenshot({ clip: { x: 400, y: 120, width: 8, height: 8 } })).toString('base64')
  await context.close()
  await page.goto(faults.open().url)
  const pixel = await page.evaluate(async (base64) => {
    const image = new Image()
    image.src = `data:image/png;base64,${base64}`
    await image.decode()
    const canvas = new OffscreenCanvas(8, 8).getContext('2d')!
    canvas.drawImage(image, 0, 0)
    return [...canvas.getImageData(4, 4, 1, 1).data]
  }, picture)
  expect(pixel).toEqual([204, 0, 0, 255])
  expect(open.received.some(({ path }) => path === 'u/v1/p')).toBe(false)
})

test('A12 who prints while the slot is hidden gets it on paper', async ({ page, faults }) => {
  const { inflateSync } = await import('node:zlib')
  await page.goto(faults.open({ profile: hang, deadlineMs: 3_000 }).url)
  expect(await page.evaluate('unblink.slots.hero.state')).toBe(1)
  const pdf = await page.pdf({ printBackground: true })
  let drawn = ''
  for (let at = pdf.indexOf('stream\n'); at >= 0; at = pdf.indexOf('stream\n', at + 7))
    try {
      drawn += inflateSync(pdf.subarray(at + 7)).toString('latin1')
    } catch {
      // Not a compressed stream.
    }
  // Engines differ in the nought before the point.
  expect(drawn, 'the default’s colour on the page').toMatch(/(^|\s)0?\.8 0 0 rg/)
})

test('A16 a slot that is put into the page anew 100 times: no leak, one exposure, and that is true', async ({
  eye,
  faults,
  page,
  browserName,
}) => {
  const churn =
    script(`let left = 100; const renew = setInterval(() => { const hero = document.querySelector('[data-unblink=hero]')
    if (!hero) return; const copy = hero.cloneNode(true); hero.replaceWith(copy); if (!--left) { clearInterval(renew); window.isRenewed = true } }, 3)`)
  const profile = send(
    toReply([{ ...HERO_DECISION, content: { template: 'hero-variant', attributes: { title: 't' } } }]),
  )
  const runtime: Handler = ({ answer }) => void setTimeout(answer, 200)
  const seen = await visit(
    eye,
    faults,
    {
      profile,
      runtime,
      after: churn,
      until: 'window.isRenewed && unblink.place && isVisible(findHero())',
      lingerMs: 500,
    },
    { withEvents: true },
  )
  expect(seen.facts.errors).toEqual([])
  expect(seen.facts.isVisible).toBe(true)
  const hero = seen.events.flatMap((event) => (event.t === 'exposure' && event.p.slot === 'hero' ? [event.p] : []))
  expect(hero.length).toBe(1)
  expect(hero[0]!.outcome === 'variant', `told ${hero[0]!.outcome}, seen ${seen.facts.text}`).toBe(
    seen.facts.text === VARIANT_TEXT,
  )

  if (browserName !== 'chromium') return
  // The heap is looked at where the engine lets us collect its garbage first.
  const session = await page.context().newCDPSession(page)
  const measure = async () => {
    await session.send('HeapProfiler.collectGarbage')
    return (await session.send('Runtime.getHeapUsage')).usedSize
  }
  await eye.look(faults.open({ profile: hang, deadlineMs: 3_000 }).url, false)
  const renew = `for (let i = 0; i < 2000; i++) { const hero = document.querySelector('[data-unblink=hero]'); hero.replaceWith(hero.cloneNode(true)) }`
  await page.evaluate(renew)
  const before = await measure()
  for (let round = 0; round < 5; round++) await page.evaluate(renew)
  expect((await measure()) - before, 'bytes for 10 000 copies').toBeLessThan(1_000_000)
})

test('A17 a framework that reverts our content every 50 ms wins: few swaps, a stable end', async ({ eye, faults }) => {
  const revert = script(`const revert = setInterval(() => { const hero = document.querySelector('[data-unblink=hero]')
    if (hero && !hero.querySelector('.baseline')) { window.reverted = (window.reverted ?? 0) + 1; hero.innerHTML = ${JSON.stringify(HERO_HTML)} } }, 50)`)
  const until3s = 'performance.now() > witness.startedAt + 3000'
  const seen = await visit(eye, faults, { after: revert, until: until3s, lingerMs: 50 }, { ask: 'window.reverted' })
  expect(seen.answer).toBeLessThanOrEqual(5)
  expect(seen.facts).toMatchObject({ errors: [], isVisible: true, text: BASELINE_TEXT })
})

test('A19 a storm of unrelated mutations costs the page no long task of ours', async ({ eye, faults }) => {
  // The observer's callback runs between the storm and the promise that was made before it.
  const storm =
    script(`window.turns = []; setInterval(() => { const box = document.getElementById('storm'); if (!box) return
    const first = document.createElement('i'); box.append(first); let startedAt; Promise.resolve().then(() => turns.push(performance.now() - startedAt))
    for (let i = 0; i < 100; i++) box.append(document.createElement('i')); if (box.childNodes.length > 5000) box.textContent = ''
    startedAt = performance.now() }, 10)`)
  const scene = {
    slots: { absent: { deadlineMs: 3_000 } },
    body: [HERO_HTML, '<div id="storm" hidden></div>'],
    after: storm,
    until: 'window.turns.length > 120',
  }
  const seen = await visit(eye, faults, scene, {
    isLight: true,
    ask: 'turns.sort((a, b) => a - b)[Math.floor(turns.length * 0.9)]',
  })
  expect(seen.answer, 'milliseconds after each 100 mutations, ninth decile').toBeLessThan(20)
  expect(seen.facts.errors).toEqual([])
})

const ROUTE = `const replaceRoute = () => { unblink.open(true); document.getElementById("stage").innerHTML = ${JSON.stringify(HERO_HTML)} }`

test('A28 a route change in the middle of the swap: nothing of the old route comes into the new one', async ({
  eye,
  faults,
}) => {
  let asked = 0
  const profile: Handler = (exchange) =>
    asked++
      ? later(100)(exchange)
      : void setTimeout(() => send(toReply([{ ...HERO_DECISION, content: { text: 'Old' } }]))(exchange), 500)
  const code = script(`${ROUTE}; addEventListener('DOMContentLoaded', () => setTimeout(() => {
    window.isRouted = true; history.pushState(0, '', '#second'); document.startViewTransition ? document.startViewTransition(replaceRoute) : replaceRoute() }, 100))`)
  const seen = await visit(
    eye,
    faults,
    {
      profile,
      after: code,
      until: 'window.isRouted && isVisible(findHero()) && performance.now() > witness.startedAt + 1600',
    },
    { isLight: true },
  )
  expect(seen.facts).toMatchObject({ text: VARIANT_TEXT, errors: [], isVisible: true })
  const requests = seen.open.received.filter(({ path }) => path === 'u/v1/p')
  expect(requests.map(({ isAborted }) => isAborted)).toEqual([true, false])
})

test('A32 200 route changes: no timer of an older view touches the last one', async ({ eye, faults }) => {
  const code =
    script(`${ROUTE}; let left = 200; const churn = setInterval(() => { if (!document.getElementById('stage')) return; replaceRoute()
    if (--left) return; clearInterval(churn); window.lastAt = performance.now()
    const look = () => { if (isVisible(findHero())) window.shownAt ??= performance.now(); else setTimeout(look, 5) }; setTimeout(look) }, 4)`)
  const scene = { profile: hang, deadlineMs: 700, after: code, until: 'window.shownAt' }
  const seen = await visit(eye, faults, scene, { isLight: true, ask: 'shownAt - lastAt' })
  expect(seen.answer, 'milliseconds of hiding; less: something of an older view ended it').toBeGreaterThan(690)
  expect(seen.facts).toMatchObject({ text: BASELINE_TEXT, errors: [], isVisible: true })
  await until(eye, 'document.getAnimations().length === 0')
})
