/** What a browser sends as its name. */
export const USER_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'

export const EVENTS_IN_BATCH = 10

/** A site with what sites have: three slots, audiences by intent, an experiment. As in a config file. */
export const site = {
  id: 'bench',
  keys: { browser: 'bench-page', server: 'only-for-the-benchmark' },
  slots: { 'home.hero': {}, 'home.side': {}, 'home.foot': {} },
  audiences: {
    mortgage: { 'intent.primary': 'mortgage', holdings: { $nin: ['mortgage'] } },
    cards: { 'intent.primary': 'cards' },
    returning: { 'visits.count': { $gte: 2 } },
  },
  experiences: [
    experience('hero', 'home.hero', 'mortgage'),
    experience('side', 'home.side', 'cards'),
    {
      ...experience('foot', 'home.foot', 'returning'),
      kind: 'experiment',
      variants: [{ id: 'control' }, { id: 'a', content: { text: 'Welcome back' } }],
    },
  ],
  categories: { mortgage: { paths: ['/mortgage/*'], intent: true }, cards: { paths: ['/cards/*'], intent: true } },
  goals: { apply: { holdings: ['mortgage'] } },
  expose: ['intent.primary', 'visits.count'],
  queryAllowList: ['utm_source'],
}

function experience(id, slot, audience) {
  const variants = [{ id: 'a', content: { html: `<h2>For you: ${id}</h2><p>${'Rates from today. '.repeat(6)}</p>` } }]
  return { id, slot, kind: 'personalization', audience, variants }
}

const toHex = (number, digits) => number.toString(16).padStart(digits, '0')

/** The id of event `n` of a run, and back: whoever reads ids from a database knows which events they are. */
export const makeId = (run, n) => `0192f3a4-${toHex(run, 4)}-7000-8000-${toHex(n, 12)}`
export const readId = (run, id) => (id.startsWith(`0192f3a4-${toHex(run, 4)}-7`) ? parseInt(id.slice(-12), 16) : -1)

const PATHS = ['/', '/mortgage/rates', '/mortgage/apply?utm_source=news', '/cards/gold', '/about']

/** One flush of a page: the view, what was shown, what the visitor did. A pointer trail is the largest part, as in life. */
const makePayload = {
  page_view: () => ({ kind: 'load', title: 'Rates of today · A bank', source: { host: 'www.example.org' } }),
  exposure: (n) => ({
    slot: 'home.hero',
    experience: 'hero',
    variant: 'a',
    outcome: 'variant',
    reason: 'targeting_match',
    hiddenMs: n % 90,
    profileMs: n % 60,
  }),
  engagement: (n, rev) => ({ rev, visibleMs: 5_000 * (rev + 1), activeMs: 3_000 * (rev + 1) }),
  scroll: (n, rev) => ({ rev, maxPercent: n % 100, maxY: (n * 37) % 4_000, documentHeight: 4_000 }),
  pointer: (n, rev) => ({
    rev,
    kind: 'mouse',
    viewport: [1280, 720],
    slots: ['home.hero'],
    samples: Array.from({ length: 20 }, (_, i) => [
      100,
      i ? ((n + i) % 9) - 4 : 640,
      i ? ((n * i) % 7) - 3 : 360,
      i % 3 ? -1 : 0,
    ]).flat(),
    at: [10, 20, 30, 40],
  }),
  interaction: () => ({ kind: 'click', slot: 'home.hero', target: 'a#apply', href: '/mortgage/apply' }),
  conversion: () => ({ goal: 'apply', value: 12.5, currency: 'EUR' }),
}
const TYPES = [
  'page_view',
  'exposure',
  'exposure',
  'engagement',
  'scroll',
  'pointer',
  'interaction',
  'engagement',
  'scroll',
  'pointer',
]

/**
 * Batch number `n` of a run: the text of a request's body, and its Cookie header. Its events are `n * 10` and the nine after
 * it, one page view of one of `visitors` visitors.
 */
export function makeBatch({ run, n, visitors, now }) {
  const view = `0192f3a4-${toHex(run, 4)}-7000-9000-${toHex(n, 12)}`
  const lo = PATHS[n % PATHS.length]
  const events = TYPES.map((name, index) => {
    const t = name === 'interaction' && n % 20 === 0 ? 'conversion' : name
    const at = now - 5_000 + index * 500
    return {
      i: makeId(run, n * EVENTS_IN_BATCH + index),
      n: index,
      pv: view,
      t,
      at,
      mt: index * 500,
      lo,
      p: makePayload[t](n, index > 6 ? 1 : 0),
    }
  })
  const consent = { personalization: 'granted', analytics: 'granted' }
  const body = JSON.stringify({
    v: 1,
    key: site.keys.browser,
    session: `s${n % visitors}`,
    sentAt: now,
    consent,
    events,
  })
  return { body, cookie: `ub_v=11111111-${toHex(run, 4)}-4111-8111-${toHex(n % visitors, 12)}` }
}
