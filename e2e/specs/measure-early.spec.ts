import { script, type Scene } from '../support/faultPage.ts'
import { expect, withSite as test } from '../support/faultTest.ts'

/** How a page is left by the click or submit that a script or a key makes as soon as the runtime has been evaluated. */
const DEPARTURES = {
  'navigation 50 ms later':
    'early.addEventListener("click", () => setTimeout(() => { location.href = "next" }, 50)); early.click()',
  'a link': 'early.innerHTML = "<a href=next>Go</a>"; early.firstChild.click()',
  'a link to a new tab': 'early.innerHTML = "<a href=next target=_blank>Go</a>"; early.firstChild.click()',
  'a redirect': 'early.innerHTML = "<a href=hop>Go</a>"; early.firstChild.click()',
  'a form': 'early.innerHTML = "<form action=next></form>"; early.firstChild.requestSubmit()',
}

const early = (departure: keyof typeof DEPARTURES): Scene => ({
  isReturning: true,
  after: script(`(function look() {
    const early = document.body && document.querySelector('#early')
    if (!early || !unblink.place) return setTimeout(look, 0)
    ${DEPARTURES[departure]}
  })()`),
  body: ['<section data-unblink="hero">Hero</section><div id="early">Early</div>'],
  files: {
    next: ({ response }) => response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Next</title>'),
    hop: ({ response }) => response.writeHead(302, { location: 'next' }).end(),
  },
})

const EARLY_ROUNDS = 20

test('all of 100 clicks and submits before anybody watched are stored', async ({ page, faults }) => {
  test.setTimeout(240_000)
  const views: { departure: string; events: () => number }[] = []
  for (let round = 0; round < EARLY_ROUNDS; round++) {
    for (const departure of Object.keys(DEPARTURES) as (keyof typeof DEPARTURES)[]) {
      const scene = faults.open(early(departure))
      const isKind = (kind: string) => kind === (departure === 'a form' ? 'submit' : 'click')
      const events = () => scene.events().filter((event) => event.t === 'interaction' && isKind(event.p.kind)).length
      views.push({ departure, events })
      await page.goto(scene.url, { waitUntil: 'commit' }).catch(() => {})
      if (departure === 'a link to a new tab') {
        await page.waitForFunction(() => window.unblink?.place)
        await page.waitForTimeout(50)
      } else await page.waitForURL('**/next*')
    }
  }
  // What the last pages kept goes out with the next one that is not left at once.
  await page.goto(faults.open({ isReturning: true }).url)
  await expect
    .poll(() => views.filter(({ events }) => events() !== 1).map(({ departure }) => departure), { timeout: 30_000 })
    .toEqual([])
  expect(views).toHaveLength(100)
})

/** What a visitor does before the runtime has come: it is under way for another 400 ms. */
const BEFORE_RUNTIME = {
  'a button': 'early.innerHTML = "<button id=buy>Buy</button>"; early.firstChild.click()',
  'a link to a page that takes its time': 'early.innerHTML = "<a id=go href=slow>Go</a>"; early.firstChild.click()',
  'a link to a new tab': 'early.innerHTML = "<a id=new href=slow target=_blank>Go</a>"; early.firstChild.click()',
  'three buttons': `early.innerHTML = "<button id=one>1</button><button id=two>2</button><b>3</b>"
    for (const child of early.children) child.click()`,
}

for (const [what, act] of Object.entries(BEFORE_RUNTIME)) {
  test(`a click on ${what} before the runtime has come is stored once`, async ({ browserName, page, faults }) => {
    // Firefox stops what a page is loading when one of its links is followed, so there the page needs the part for early clicks.
    const isStopped = browserName === 'firefox' && what.includes('takes its time')
    const scene = faults.open({
      isReturning: true,
      earlyClicks: isStopped,
      body: ['<section data-unblink="hero">Hero</section><div id="early">Early</div>', `${script(act)}`],
      runtime: ({ answer }) => void setTimeout(answer, 400),
      files: { slow: ({ response }) => void setTimeout(() => response.end('<title>Slow</title>'), 1_500) },
    })
    await page.goto(scene.url, { waitUntil: 'commit' })
    await page.waitForTimeout(2_000)
    // What a page kept that has been left goes out with the next one.
    await page.goto(faults.open({ isReturning: true }).url)
    const getClicks = () =>
      scene.events().flatMap((event) => (event.t === 'interaction' && event.p.kind === 'click' ? [event.p] : []))
    const count = what === 'three buttons' ? 3 : 1
    await expect.poll(() => getClicks().length, { timeout: 30_000 }).toBe(count)
    await page.waitForTimeout(500)
    expect(getClicks()).toHaveLength(count)
    const [first] = getClicks()
    if (what.startsWith('a link')) expect(first).toMatchObject({ href: expect.stringMatching(/slow$/) })
    else expect(first!.target).toMatch(/^button#/)
  })
}
