import { until, visit } from './faultEye.ts'
import { BASELINE_TEXT, HERO_HTML, script, VARIANT_TEXT, type Handler } from './faultPage.ts'
import { hang, HERO_DECISION, later, send, toReply } from './faultProfile.ts'
import { expect, type FaultRow } from './faultTest.ts'

const ROUTE = `const replaceRoute = () => { unblink.open(true); document.getElementById("stage").innerHTML = ${JSON.stringify(HERO_HTML)} }`

/** Rows of A that are more than a scene and what it must show. */
export const ROWS_A: readonly FaultRow[] = [
  {
    title: 'A0 the judge condemns a page that swaps without the SDK, and one that hides for ever',
    async run(eye, faults) {
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
    },
  },
  {
    title: 'A0 while a slot is hidden, what is in it can be neither clicked nor focused; then it can',
    async run(eye, faults) {
      // Asked from within the page, after a frame: a driver's round trips may outlast the deadline.
      const ask =
        script(`const look = () => { const link = document.getElementById('two'); link.focus(); const { x, y } = link.getBoundingClientRect()
        return { state: unblink.slots.hero.state, isFocused: document.activeElement === link, isHit: document.elementFromPoint(x + 2, y + 2) === link } }
        const wait = () => document.getElementById('two') ? requestAnimationFrame(() => { window.during = look() }) : requestAnimationFrame(wait); wait()`)
      const scene = { after: ask, profile: hang, deadlineMs: 1_500, until: 'window.during && isVisible(findHero())' }
      const seen = await visit(eye, faults, scene, { isLight: true, ask: '[during, look()]' })
      expect(seen.answer).toEqual([
        { state: 1, isFocused: false, isHit: false },
        { state: 3, isFocused: true, isHit: true },
      ])
    },
  },
  {
    title: 'A14 a slot that came and is gone again at its deadline: no error, and its default when it comes back',
    async run(eye, faults) {
      const come =
        script(`setTimeout(() => { const stage = document.getElementById('stage'); stage.innerHTML = ${JSON.stringify(HERO_HTML)}
        setTimeout(() => { const hero = findHero(); window.stateThen = unblink.slots.hero.state; hero.remove()
          const wait = () => { if (unblink.slots.hero.state < 2) return setTimeout(wait, 20); stage.append(hero); window.isBack = true }; wait() }, 50) })`)
      const scene = { body: [come], profile: hang, deadlineMs: 1_500, until: 'window.isBack' }
      const seen = await visit(eye, faults, scene, { isLight: true, withEvents: true, ask: 'stateThen' })
      expect(seen.answer, 'hidden when it went').toBe(1)
      expect(seen.facts).toMatchObject({ text: BASELINE_TEXT, isVisible: true, errors: [], animations: 0 })
      const outcomes = seen.events.flatMap((event) =>
        event.t === 'exposure' && event.p.slot === 'hero' ? [event.p.outcome] : [],
      )
      expect(['', 'timeout']).toContain(outcomes.join())
    },
  },
  {
    title: 'A16 a slot that is put into the page anew 100 times: one exposure, and that is true',
    async run(eye, faults) {
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
    },
  },
  {
    title: 'A17 a framework that reverts our content every 50 ms wins: few swaps, a stable end',
    async run(eye, faults) {
      const revert =
        script(`const revert = setInterval(() => { const hero = document.querySelector('[data-unblink=hero]')
      if (hero && !hero.querySelector('.baseline')) { window.reverted = (window.reverted ?? 0) + 1; hero.innerHTML = ${JSON.stringify(HERO_HTML)} } }, 50)`)
      const until3s = 'performance.now() > witness.startedAt + 3000'
      const seen = await visit(eye, faults, { after: revert, until: until3s, lingerMs: 50 }, { ask: 'window.reverted' })
      expect(seen.answer).toBeLessThanOrEqual(5)
      expect(seen.facts).toMatchObject({ errors: [], isVisible: true, text: BASELINE_TEXT })
    },
  },
  {
    title: 'A19 a storm of unrelated mutations costs the page no long task of ours',
    async run(eye, faults) {
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
    },
  },
  {
    title: 'A28 a route change in the middle of the swap: nothing of the old route comes into the new one',
    async run(eye, faults) {
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
    },
  },
  {
    title: 'A32 200 route changes: no timer of an older view touches the last one',
    async run(eye, faults) {
      const code =
        script(`${ROUTE}; let left = 200; const churn = setInterval(() => { if (!document.getElementById('stage')) return; replaceRoute()
      if (--left) return; clearInterval(churn); window.lastAt = performance.now()
      const look = () => { if (isVisible(findHero())) window.shownAt ??= performance.now(); else setTimeout(look, 5) }; setTimeout(look) }, 4)`)
      const scene = { profile: hang, deadlineMs: 700, after: code, until: 'window.shownAt' }
      const seen = await visit(eye, faults, scene, { isLight: true, ask: 'shownAt - lastAt' })
      expect(seen.answer, 'milliseconds of hiding; less: something of an older view ended it').toBeGreaterThan(690)
      expect(seen.facts).toMatchObject({ text: BASELINE_TEXT, errors: [], isVisible: true })
      await until(eye, 'document.getAnimations().length === 0')
    },
  },
]
