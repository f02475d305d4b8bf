import { renderSnippet } from '@unblink/snippet'
import { busyUntil, noRuntime, noVariant, strict, variant } from './faultCasesA.ts'
import type { FaultCase } from './faultJudge.ts'
import {
  BASELINE_TEXT,
  HERO_HTML,
  LONG_MS,
  ONE,
  PAINT,
  renderScene,
  REST,
  script,
  SHORT_MS,
  template,
  VARIANT_HTML,
} from './faultPage.ts'
import type { Handler, Scene } from './faultPage.ts'
import { hang, HERO_DECISION, later, send, toReply } from './faultProfile.ts'

/** Puts the hero into the page by script, `ms` after the snippet ran: as a busy page, so that no timer comes between. */
const addHeroAt = (ms: number) =>
  script(`setTimeout(() => { ${busyUntil(`witness.startedAt + ${ms}`)}
  witness.styledAt = performance.now(); document.getElementById('stage').innerHTML = ${JSON.stringify(HERO_HTML)}
  Promise.resolve().then(() => { witness.freeAt = performance.now() }) }, ${ms - 60})`)

const HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fault page</title>'
/** The snippet comes when the hero has long been painted. */
const afterPaint =
  (inAFile: boolean): NonNullable<Scene['order']> =>
  ({ witness, snippet, runtime, style, hero, tail }) => [
    `${HEAD}${witness}${style}</head><body>${template()}${hero}${HERO_HTML}`,
    700,
    inAFile
      ? `${script('witness.startedAt = performance.now()')}<script nonce="n0nce" async src="snippet.js"></script>`
      : snippet,
    `${runtime}${tail}`,
  ]
const granted = { personalization: 'granted', analytics: 'granted' } as const
const renderOther = (base: string, deadlineMs: number) =>
  renderSnippet(
    { key: 'pk_test', base, consent: granted, slots: { hero: { deadlineMs }, promo: {}, extra: {} } },
    'n0nce',
  )

const snippetFile: Handler = ({ request, response }) => {
  const base = request.url!.replace('snippet.js', 'u')
  response.writeHead(200, { 'content-type': 'text/javascript' }).end(renderOther(base, LONG_MS).script)
}

const inShadow = (content: string) => `<style nonce="n0nce">${PAINT}</style>${content}`
const SHADOWS: Readonly<Record<string, Pick<Scene, 'body' | 'hero'>>> = {
  'an open shadow root': {
    body: [
      '<div id="h"></div>',
      script(`const root = h.attachShadow({ mode: 'open' }); root.innerHTML = ${JSON.stringify(inShadow(HERO_HTML))}`),
    ],
    hero: 'document.querySelector("#h")?.shadowRoot?.querySelector("section")',
  },
  'a closed shadow root': {
    body: [
      '<div id="h"></div>',
      script(
        `const root = h.attachShadow({ mode: 'closed' }); root.innerHTML = ${JSON.stringify(inShadow(HERO_HTML))}; window.heroIn = root.querySelector('section')`,
      ),
    ],
    hero: 'window.heroIn',
  },
  'a declarative shadow root': {
    body: [`<div id="h"><template shadowrootmode="open">${inShadow(HERO_HTML)}</template></div>`],
    hero: 'document.querySelector("#h")?.shadowRoot?.querySelector("section")',
  },
}

/** A frame tells the page around it what went wrong inside. */
const tellParent = script(`addEventListener('error', (event) => parent.postMessage('frame: ' + event.message, '*'))
addEventListener('unhandledrejection', (event) => parent.postMessage('frame: ' + event.reason, '*'))`)
const framed = (sandbox: string): Scene => ({
  hero: 'document.querySelector("iframe")',
  order: ({ witness, style, hero, tail }) => [
    `${HEAD}${witness}${script(`witness.startedAt = performance.now(); addEventListener('message', ({ data }) => witness.errors.push(String(data)))`)}
${style}</head><body>${hero}<iframe src="frame" ${sandbox} style="display:block;border:0;width:100%;height:240px"></iframe>${tail}`,
  ],
  until: 'performance.now() > witness.startedAt + 1200',
  files: {
    frame: ({ request, response }) => {
      const path = new URL(request.url!, 'http://x').pathname.replace('frame', '')
      const pieces = renderScene({ before: tellParent }, path).join('')
      response.writeHead(200, { 'content-type': 'text/html' }).end(pieces.replace('<h1>Fault page</h1>', ''))
    },
  },
})

/** What an old engine has not, and what is then shown at most. */
const MISSING = {
  fetch: 'delete window.fetch',
  AbortController: 'delete window.AbortController; delete window.AbortSignal',
  'constructed style sheets': 'window.CSSStyleSheet = function () { throw new TypeError("Illegal constructor") }',
  adoptedStyleSheets: 'delete Document.prototype.adoptedStyleSheets; delete ShadowRoot.prototype.adoptedStyleSheets',
  locks: 'delete Navigator.prototype.locks',
  indexedDB: 'delete window.indexedDB; delete Window.prototype.indexedDB',
  MutationObserver: 'delete window.MutationObserver',
  'Element.animate': 'delete Element.prototype.animate',
  'CSS.supports': 'delete window.CSS',
  'replaceChildren and setHTML': 'delete Element.prototype.replaceChildren; delete Element.prototype.setHTML',
  sendBeacon: 'delete Navigator.prototype.sendBeacon',
  'paint timing': 'performance.getEntriesByType = () => []',
  XMLHttpRequest: 'delete window.XMLHttpRequest',
}
const ALL_MISSING = Object.values(MISSING).join(';')

const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
const trusted = "require-trusted-types-for 'script'; trusted-types 'none'"
const html = send(toReply([{ ...HERO_DECISION, content: { html: VARIANT_HTML } }]))
const needsRuntime = send(
  toReply([{ ...HERO_DECISION, content: { template: 'hero-variant', attributes: { title: 'Hello' } } }]),
)
const slowly =
  (handler: Handler, ms: number): Handler =>
  (exchange) =>
    void setTimeout(() => handler(exchange), ms)

/** Rows A14 to A33. */
export const CASES_A2: readonly FaultCase[] = [
  {
    title: 'A14 a slot that comes just before the deadline gets its variant',
    scene: {
      body: [addHeroAt(790)],
      deadlineMs: 800,
      until: 'performance.now() > witness.startedAt + 1200',
    },
    shows: 'either',
    by: 'shown',
    check: ({ facts }) => {
      // On a busy machine it may have come late after all: then the default is right.
      const cameAt = facts.freeAt - facts.startedAt
      if (facts.text === BASELINE_TEXT && cameAt < 798) throw new Error(`Default for a slot that came at ${cameAt} ms.`)
    },
  },
  ...Object.entries({ 'just after the deadline': 830, 'after ten seconds': 10_000 }).map(([when, ms]): FaultCase => ({
    title: `A14 a slot that comes ${when} keeps its default`,
    scene: {
      body: [addHeroAt(ms)],
      deadlineMs: 800,
      until: `performance.now() > witness.startedAt + ${ms + 400}`,
      lingerMs: 50,
    },
    shows: 'baseline',
    by: ms < 1_000 ? 'deadline' : 'shown',
    exposure: 'timeout',
  })),
  {
    title: 'A14 a slot that comes after its outcome was known, the default, is exposed to it like any other',
    scene: {
      body: [addHeroAt(500)],
      slots: { hero: { deadlineMs: 800 } },
      profile: send(toReply([{ slot: 'hero', experience: 'welcome', variant: 'control', reason: 'split' }])),
      until: 'performance.now() > witness.startedAt + 1200',
    },
    shows: 'baseline',
    by: 'shown',
    exposure: 'control',
  },
  {
    title: 'A15 a slot that is there twice: the first is personalised, the second stays',
    scene: { body: [HERO_HTML, '</div><div>', HERO_HTML.replaceAll('class="baseline"', '')] },
    ...variant,
    isTrue: `document.querySelectorAll('[data-unblink=hero]')[1].textContent.trim() === '${BASELINE_TEXT}'`,
  },
  {
    title: 'A15 a slot in a slot, and a variant that holds its own slot: no recursion',
    scene: {
      body: [`<section data-unblink="help">${HERO_HTML}</section>`],
      variant: VARIANT_HTML.replace('<div', '<div data-unblink="hero"'),
    },
    ...variant,
    isTrue: 'document.querySelectorAll(".variant").length === 1',
  },
  {
    title: 'A16 the slot is taken out and put back 100 times between reply and swap',
    scene: {
      profile: needsRuntime,
      runtime: slowly(({ answer }) => answer(), 400),
      after:
        script(`let left = 100; const churn = setInterval(() => { const hero = document.querySelector('[data-unblink=hero]')
        if (!hero) return; const place = hero.parentNode; hero.remove(); place.append(hero); if (!--left) clearInterval(churn) }, 2)`),
    },
    ...variant,
    isTrue: 'document.querySelector("[data-unblink=hero]").title === "Hello"',
  },
  ...Object.entries(SHADOWS).map(([where, scene]): FaultCase => ({
    title: `A20 the slot is inside ${where}: it is left visible`,
    scene,
    shows: 'baseline',
    isPixelsOnly: where.includes('closed'),
  })),
  { title: 'A21 the page is in a frame of the same origin', scene: framed(''), shows: 'variant', isPixelsOnly: true },
  {
    title: 'A21 the page is in a sandboxed frame',
    scene: framed('sandbox="allow-scripts"'),
    shows: 'baseline',
    isPixelsOnly: true,
  },
  {
    title: 'A23 the snippet and the runtime are there twice, of different configurations',
    scene: {
      profile: later(150),
      order: ({ witness, snippet, runtime, style, hero, tail }) => [
        `${HEAD}${witness}${snippet}${renderOther('/nowhere/u', 50).html}${runtime}${runtime}${style}</head><body>${template()}${hero}${HERO_HTML}${tail}`,
      ],
    },
    ...variant,
    check: ({ open: { received } }) => {
      const asked = received.filter(({ path }) => path === 'u/v1/p').length
      if (asked !== 1) throw new Error(`${asked} profile requests; one is due.`)
    },
  },
  {
    title: 'A24 the snippet stands at the end of the body: nothing that was seen is hidden',
    scene: { order: afterPaint(false) },
    shows: 'baseline',
    by: 'shown',
    exposure: 'timeout',
  },
  {
    title: 'A24 the snippet comes as an async file: nothing that was seen is hidden',
    scene: { order: afterPaint(true), files: { 'snippet.js': snippetFile } },
    shows: 'baseline',
    by: 'shown',
    exposure: 'timeout',
  },
  {
    title: 'A29 the slot’s end tag comes 3 s after its start tag',
    scene: { body: [`<section data-unblink="hero">${ONE}`, 1_500, REST, 1_500, '</section>'] },
    shows: 'variant',
    by: 'shown',
    exposure: 'variant',
  },
  {
    title: 'A29 the slot’s end tag comes late, and no profile',
    scene: { body: [`<section data-unblink="hero">${ONE}`, 900, REST, 300, '</section>'], profile: hang },
    ...noVariant,
  },
  ...Object.entries(MISSING).map(([what, code]): FaultCase => ({
    title: `A30 an old engine without ${what}`,
    scene: { before: script(code) },
    shows: 'either',
    isLight: true,
  })),
  { title: 'A30 an old engine without any of these', scene: { before: script(ALL_MISSING) }, shows: 'baseline' },
  {
    title: 'A30 an old engine without any of these, and no answers',
    scene: { before: script(ALL_MISSING), profile: hang, runtime: noRuntime, deadlineMs: SHORT_MS },
    shows: 'baseline',
    by: 'deadline',
  },
  {
    title: 'A33 an isolated page that enforces Trusted Types',
    scene: { headers: { ...isolated, ...strict(trusted) }, profile: later(100) },
    ...variant,
  },
  {
    title: 'A33 HTML content where Trusted Types are enforced',
    scene: { headers: { ...isolated, ...strict(trusted) }, profile: html },
    not: { webkit: 'without setHTML its text is shown, of no colour that is looked for; the content specs have that' },
    shows: 'variant',
  },
]
