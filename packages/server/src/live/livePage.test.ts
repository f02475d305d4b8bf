import { createHash } from 'node:crypto'
import { Script, runInNewContext } from 'node:vm'
import type { AnyEvent, EventInput } from '@unblink/protocol'
import { expect, test } from 'vitest'
import { livePage } from './livePage.ts'
import { livePageScript } from './livePageScript.ts'
import { livePageSentence } from './livePageSentence.ts'
import { livePageTrail } from './livePageTrail.ts'

const toEvent = (input: EventInput): AnyEvent =>
  ({ i: 'i', n: 0, pv: 'pv', at: 0, mt: 0, lo: '/', ...input }) as AnyEvent

test('the page allows exactly the script and the style that it holds', () => {
  const page = livePage()
  for (const element of ['script', 'style']) {
    const text = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(page)?.[1] ?? ''
    expect(text.length).toBeGreaterThan(1000)
    expect(page).toContain(`${element}-src 'sha256-${createHash('sha256').update(text).digest('base64')}'`)
  }
})

test('the page loads nothing, and makes no HTML of what it is told', () => {
  expect(livePage()).not.toMatch(/\b(src|href)="(https?:)?\/\//)
  expect(livePageScript).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/)
  expect(() => new Script(livePageScript)).not.toThrow()
})

test('what scrolls sideways on a narrow screen can be reached by the keyboard, and has a name', () => {
  const scrollers = livePage().match(/<div class="scroller"[^>]*>/g) ?? []
  expect(scrollers).toHaveLength(2)
  for (const scroller of scrollers) {
    expect(scroller).toContain('role="region" ')
    expect(scroller).toContain(' tabindex="0"')
    const [, label] = / aria-labelledby="([^"]+)"/.exec(scroller) ?? []
    expect(livePage()).toContain(` id="${label}"`)
  }
})

test('the functions put into the page work there, without the module around them', () => {
  const pointer = {
    rev: 1,
    kind: 'mouse',
    viewport: [800, 600],
    slots: ['hero'],
    samples: [5, 10, 20, -1, 7, 3, -4, 0],
    at: [500, 500],
  }
  const inPage = (expression: string): unknown =>
    runInNewContext(
      `${livePageScript.slice(0, livePageScript.indexOf('const MAX_EVENTS'))}; JSON.stringify(${expression})`,
    )
  expect(inPage(`livePageTrail(${JSON.stringify(pointer)})`)).toBe(
    '[{"x":10,"y":20,"ms":5,"slot":""},{"x":13,"y":16,"ms":12,"slot":"hero"}]',
  )
  const conversion = toEvent({ t: 'conversion', p: { goal: 'application', value: 3, currency: 'GBP' } })
  expect(inPage(`livePageSentence(${JSON.stringify(conversion)})`)).toBe('"Reached the goal application, worth 3 GBP"')
})

test.each<[EventInput, string]>([
  [
    { t: 'page_view', p: { kind: 'load', title: 'Cards', source: { class: 'search', host: 'search.example' } } },
    'Opened “Cards”, search from search.example',
  ],
  [{ t: 'page_view', p: { kind: 'restore', title: 'Cards', source: { class: 'internal' } } }, 'Came back to “Cards”'],
  [
    {
      t: 'exposure',
      p: {
        slot: 'hero',
        experience: 'loans',
        variant: 'b',
        outcome: 'variant',
        reason: 'split',
        hiddenMs: 41.6,
        profileMs: 40,
      },
    },
    'hero: variant loans / b, hidden 42 ms, reply after 40 ms',
  ],
  [
    { t: 'exposure', p: { slot: 'hero', outcome: 'timeout', reason: 'timeout', hiddenMs: 400 } },
    'hero: timeout, hidden 400 ms',
  ],
  [{ t: 'engagement', p: { rev: 1, visibleMs: 12_340, activeMs: 2_000 } }, '12.3 s in view, 2.0 s active'],
  [
    {
      t: 'pointer',
      p: { rev: 1, kind: 'mouse', viewport: [800, 600], slots: ['hero'], samples: [1, 2, 3, 0], at: [500, 500] },
    },
    'mouse trail of 1 point, over hero',
  ],
  [
    {
      t: 'pointer',
      p: { rev: 1, kind: 'pen', viewport: [800, 600], slots: [], samples: [1, 2, 3, -1, 4, 5, 6, -1], at: [] },
    },
    'pen trail of 2 points',
  ],
  [{ t: 'scroll', p: { rev: 1, maxPercent: 63.4, maxY: 900, documentHeight: 2000 } }, 'Scrolled to 63 % (900 px)'],
  [
    { t: 'interaction', p: { kind: 'click', slot: 'hero', variant: 'b', target: 'a#apply', href: '/apply' } },
    'Clicked a#apply in hero (b), to /apply',
  ],
  [
    { t: 'rotation', p: { slot: 'hero', variant: 'b', index: 2, cause: 'hand', shownMs: 5_020 } },
    'hero: went on to content 3 by hand, the one before was seen for 5.0 s',
  ],
  [{ t: 'attributes', p: { set: { holdings: ['card'] } } }, 'The site’s server set holdings'],
  [{ t: 'error', p: { code: 'network', message: 'refused' } }, 'network: refused'],
])('says %j in words', (input, sentence) => {
  expect(livePageSentence(toEvent(input))).toBe(sentence)
})

test('a trail that stops in the middle of a point keeps the whole points', () => {
  const points = livePageTrail({
    rev: 0,
    kind: 'pen',
    viewport: [1, 1],
    slots: [],
    samples: [1, 2, 3, -1, 9, 9],
    at: [],
  })
  expect(points).toEqual([{ x: 2, y: 3, ms: 1, slot: '' }])
})
