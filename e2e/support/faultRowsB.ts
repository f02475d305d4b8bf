import { until, visit } from './faultEye.ts'
import { expectUnharmed } from './faultJudge.ts'
import { script, type Handler } from './faultPage.ts'
import { hang, HERO_DECISION, toReply } from './faultProfile.ts'
import { readBody } from './faultSite.ts'
import { expect, type FaultRow } from './faultTest.ts'

/** What a service worker may answer in the profile’s place, as script; `foreign` is the scene under another origin. */
const WORKERS = {
  'an opaque response': (foreign: string) => `() => fetch('${foreign}canary', { mode: 'no-cors' })`,
  'an answer that has expired': () =>
    `() => new Response(${JSON.stringify(toReply([HERO_DECISION], { expiresAt: Date.now() - 1 }))})`,
  'an answer of another page': () => `() => new Response('<h1>Offline</h1>')`,
  'an error': () => '() => Response.error()',
}

/** Rows of B that are more than a scene and what it must show. */
export const ROWS_B: readonly FaultRow[] = [
  {
    title: 'B1 after repeated time-outs nothing is hidden for a while',
    async run(eye, faults) {
      // One request is given up after its five seconds. That the others fail some time after the deadline is the same to the slot.
      const failLate: Handler = ({ response }) => void setTimeout(() => response.socket?.resetAndDestroy(), 1_100)
      const isCounted = (view: number) => `JSON.parse(localStorage.unblink || '{}').misses > ${view}`
      const waits: number[] = []
      for (let view = 0; view < 4 && !(waits.at(-1)! < 450); view++) {
        const { facts } = await visit(
          eye,
          faults,
          {
            profile: view ? failLate : hang,
            deadlineMs: 900,
            ...(view < 3 && { until: isCounted(view) }),
            lingerMs: 50,
            isReturning: view > 0,
          },
          { isLight: true, withEvents: true },
        )
        waits.push(facts.visibleAt - facts.startedAt)
      }
      expect(waits.at(-1), `milliseconds without the slot in each view: ${waits.map(Math.round).join()}`).toBeLessThan(
        450,
      )
    },
  },
  {
    title: 'B2 the host’s own requests are not kept waiting by a profile that never answers',
    async run(eye, faults) {
      const fetches =
        script(`window.answered = 0; const ask = (left) => left && fetch('canary?' + left).then((r) => r.text())
      .then((text) => { if (text === 'tweet' && unblink.slots.hero.state < 2) window.answered++; ask(left - 1) }); ask(5)`)
      const seen = await visit(eye, faults, { profile: hang, after: fetches }, { isLight: true, ask: 'answered' })
      expect(seen.answer).toBe(5)
    },
  },
  {
    title: 'B12 a redirect to another origin: nothing of the visitor goes there, and its answer is not used',
    async run(eye, faults) {
      const caught: { cookie: string; body: object }[] = []
      const trap: Handler = async ({ request, response }) => {
        const body = JSON.parse(await readBody(request)) as object
        caught.push({ cookie: request.headers.cookie ?? '', body })
        response.end(toReply([HERO_DECISION]))
      }
      let own = ''
      const profile: Handler = ({ request, response }) => {
        own += request.headers.cookie ?? ''
        const location = faults.foreignOrigin + request.url!.replace('u/v1/p', 'trap')
        response.writeHead(307, { location }).end()
      }
      // Events make a visitor known.
      await visit(eye, faults, {}, { isLight: true, withEvents: true })
      const seen = await visit(eye, faults, { profile, files: { trap } })
      expectUnharmed(seen, 'baseline')
      expect(own, 'the cookie that goes to the site itself').toContain('ub_v=')
      // No page can keep a browser from following a 307 with the body; it holds what the page's own source says.
      expect(caught.length).toBe(1)
      for (const { cookie, body } of caught) {
        expect(cookie).toBe('')
        expect(Object.keys(body).sort()).toEqual(['base', 'consent', 'key', 'slots', 'v'])
      }
    },
  },
  ...Object.entries(WORKERS).map(([what, getAnswer]): FaultRow => ({
    title: `B15 a service worker answers with ${what}`,
    async run(eye, faults) {
      const worker: Handler = ({ request, response }) => {
        const code = `onactivate = (event) => event.waitUntil(clients.claim())
          const answer = ${getAnswer(faults.foreignOrigin + request.url!.replace('sw.js', ''))}
          onfetch = (event) => event.respondWith(event.request.url.endsWith('/u/v1/p') ? answer() : fetch(event.request))`
        response.writeHead(200, { 'content-type': 'text/javascript' }).end(code)
      }
      const open = faults.open({
        before: script('navigator.serviceWorker.register("sw.js")'),
        profile: ({ response }) => response.writeHead(500).end(),
        files: { 'sw.js': worker },
      })
      await eye.look(open.url, false)
      await until(eye, 'navigator.serviceWorker.controller')
      const asked = open.received.filter(({ path }) => path === 'u/v1/p').length
      const seen = await visit(eye, faults, open)
      expectUnharmed(seen, 'baseline')
      expect(open.received.filter(({ path }) => path === 'u/v1/p').length, 'requests past the worker').toBe(asked)
    },
  })),
  {
    title: 'B18 consent withdrawn in mid-session: no event after it, and nothing is kept',
    async run(eye, faults) {
      const open = faults.open()
      await eye.look(open.url, false)
      await until(eye, 'window.unblink && unblink.place && witness.isSettled')
      await eye.evaluate(
        `unblink.push('event', 'before'), unblink.push('consent', { personalization: 'denied', analytics: 'denied' }), 0`,
      )
      await eye.evaluate(`unblink.push('event', 'after'), 0`)
      await eye.evaluate(`void (async () => { let left = 0
      for (const { name } of (await indexedDB.databases?.()) ?? []) await new Promise((done) => { const ask = indexedDB.open(name)
        ask.onsuccess = () => { const stores = [...ask.result.objectStoreNames]; if (!stores.length) return done()
          let waiting = stores.length; for (const store of stores) { const count = ask.result.transaction(store).objectStore(store).count()
            count.onsuccess = () => { left += count.result; if (!--waiting) done() } } } })
      window.left = { rows: left, keys: Object.keys(localStorage) } })()`)
      await until(eye, 'window.left')
      expect(await eye.evaluate('left')).toEqual({ rows: 0, keys: [] })
      await eye.leave()
      await expect.poll(() => open.received.filter(({ path }) => path === 'canary').length).toBe(1)
      await visit(eye, faults, {}, { isLight: true, withEvents: true })
      const names = open.events().map((event) => (event.t === 'custom' ? event.p.name : event.t))
      expect(names).not.toContain('after')
      expect(names).not.toContain('before')
    },
  },
]
