import { HERO_HTML, script, type Handler, type Scene } from './faultPage.ts'
import type { FaultCase } from './faultJudge.ts'
import { hang, later } from './faultProfile.ts'

export const noRuntime: Handler = ({ response }) => response.writeHead(404).end()
const asHtml: Handler = ({ response }) =>
  response.writeHead(200, { 'content-type': 'text/html', 'x-content-type-options': 'nosniff' }).end('window.wasRun = 1')
const reset: Handler = ({ response }) => response.socket?.resetAndDestroy()

/** Waits as no timer can: until a moment of the page's clock. */
export const busyUntil = (moment: string) =>
  `{ const end = ${moment}; while (performance.now() < end); witness.freeAt = performance.now() }`
const onceSeen = (code: string) =>
  script(`requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => { ${code} })))`)
const RESETS = {
  'no animations': '*{animation:none!important;transition:none!important}',
  'short animations':
    '*,*::before{animation-duration:.01ms!important;animation-iteration-count:1!important;transition-duration:.01ms!important}',
  'a layer of resets': '@layer reset{*{animation:none!important;transition:none!important}}',
  'an animation of the slot': '@keyframes in{from{opacity:0}}[data-unblink=hero]{animation:in 100ms}',
  'a transition of everything': '*{transition:all 150ms}',
}

export const strict = (more: string) => ({
  'content-security-policy': `default-src 'none'; connect-src 'self'; img-src 'self'; script-src 'nonce-n0nce'; style-src 'nonce-n0nce'; report-uri $REPORT; ${more}`,
})
export const noVariant: Pick<FaultCase, 'shows' | 'by'> = { shows: 'baseline', by: 'deadline' }
export const variant: Pick<FaultCase, 'shows' | 'exposure'> = { shows: 'variant', exposure: 'variant' }

/** The snippet stands where its policy forbids it: without its nonce. */
const withoutNonce: Scene['order'] = ({ witness, snippet, runtime, style, hero, tail }) => [
  `<!doctype html><html lang="en"><head><title>Fault page</title>${witness}`,
  `${snippet.replace(/<script nonce="n0nce">(?!witness)/, '<script>')}${runtime}${style}</head><body>${hero}${HERO_HTML}${tail}`,
]
/** Rows A1 to A13. */
export const CASES_A: readonly FaultCase[] = [
  { title: 'A0 nothing is wrong', scene: { profile: later(100) }, ...variant },
  {
    title: 'A0 nothing is wrong and nobody has a variant',
    scene: { slots: { help: {}, hero: { selector: '#none' } } },
    shows: 'baseline',
    exposure: 'none',
  },
  ...Object.entries({ 'is not found': noRuntime, 'is cut off': reset, 'is of the wrong type (A2)': asHtml }).flatMap(
    ([how, runtime]): FaultCase[] => [
      { title: `A1 the runtime ${how}: the snippet swaps alone`, scene: { runtime }, shows: 'variant' },
      {
        title: `A1 the runtime ${how}, and no profile`,
        scene: { runtime, profile: hang },
        ...noVariant,
        isTrue: 'window.wasRun === undefined',
      },
    ],
  ),
  {
    title: 'A1 no timer ever fires: the engine itself reveals',
    scene: { before: script('window.setTimeout = () => 0'), runtime: noRuntime, profile: hang },
    ...noVariant,
  },
  {
    title: 'A4 the policy blocks the snippet: nothing is ever hidden',
    scene: { order: withoutNonce, headers: { 'content-security-policy': "script-src 'nonce-n0nce'" }, profile: hang },
    shows: 'baseline',
    violations: 1,
    isTrue: 'window.unblink === undefined',
  },
  { title: 'A5 the policy forbids inline styles', scene: { headers: strict(''), profile: later(100) }, ...variant },
  {
    title: 'A5 the policy forbids inline styles, and no profile',
    scene: { headers: strict(''), profile: hang },
    ...noVariant,
  },
  {
    title: 'A6 host scripts throw before and after, and onerror swallows all',
    scene: {
      before: script('window.onerror = () => true') + script('throw new Error("host: before")'),
      after: script('throw new Error("host: after")') + script('Promise.reject(new Error("host: promise"))'),
    },
    ...variant,
  },
  {
    title: 'A7 the main thread is stuck right after the first paint',
    scene: { before: onceSeen(busyUntil('performance.now() + 3000')), profile: hang, runtime: noRuntime },
    shows: 'baseline',
    by: { chromium: 'deadline', others: 'free' },
  },
  ...Object.entries(RESETS).map(([how, css]): FaultCase => ({
    title: `A10 the site's CSS has ${how}`,
    scene: { before: `<style>${css}</style>`, profile: later(200) },
    ...variant,
  })),
  {
    title: 'A10 the site’s CSS has resets, and no profile',
    scene: { before: `<style>${RESETS['no animations']}</style>`, profile: hang },
    ...noVariant,
  },
  {
    title: 'A13 a slot is missing and a selector is invalid: the others do not notice',
    scene: { slots: { lost: {}, wrong: { selector: '[[' }, hero: { deadlineMs: 2500 } } },
    ...variant,
    check: ({ events }) => {
      const slots = events.flatMap((event) => (event.t === 'exposure' ? [event.p.slot] : []))
      if (slots.some((slot) => slot !== 'hero')) throw new Error(`Exposed although it was never seen: ${slots.join()}`)
    },
  },
  {
    title: 'A13 an invalid selector leaves one diagnostic',
    scene: { slots: { hero: { deadlineMs: 2500 }, wrong: { selector: '[[' } } },
    ...variant,
    check: ({ events, facts }) => {
      const stored = events.filter(({ t }) => t === 'error').length
      // The scene's page has more slots than this configuration declares, which is told, too.
      const warned = facts.warnings.filter((text) => text.includes('[unblink] Invalid selector')).length
      if (stored + warned !== 1) throw new Error(`Diagnostics: ${stored} stored, ${warned} in the console; one is due.`)
    },
  },
]
