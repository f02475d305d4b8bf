import { readFileSync } from 'node:fs'
import { fromRoot } from '../../../scripts/lib/fromRoot.mjs'
import { SLOT_SELECTOR, VARIANT_HTML } from '../page/renderPage.mjs'
import { FIRST_PARTY_PREFIX } from '../sites/hosts.mjs'

const RUNTIME = 'unblink.js'
/** What a page of this kind fetches: the second when its slots are painted; that one also remembers decisions. */
const FILES = [RUNTIME, 'unblink-watch.js']
const KEY = 'pk_bench'
const DAY_MS = 86_400_000

const decision = {
  slot: 'headline',
  experience: 'bench',
  variant: 'green',
  content: { html: VARIANT_HTML },
  reason: 'targeting_match',
}

/** The shape of `ProfileReply` in the protocol package. */
const replyToProfile = () => ({
  v: 1,
  manifest: 'bench-1',
  visitor: '01934f2a-0000-7000-8000-000000000001',
  generation: 3,
  audiences: ['returning'],
  attributes: {},
  decisions: [decision],
  expiresAt: Date.now() + DAY_MS,
})

/** The shape of `BatchReply`: everything is kept. */
const replyToBatch = ({ body }) => ({ v: 1, ok: JSON.parse(body).events.length, dup: 0, rej: [], next: 0 })

/** The profile as a GET, for what is asked for before the page runs any script. */
const ASK = `${FIRST_PARTY_PREFIX}/v1/p?key=${KEY}`

const toScriptJson = (value) => JSON.stringify(value).replaceAll('<', '\\u003c')

/** Our SDK as `injectHead` puts it into a page: the snippet first in the head, the built runtime last. Needs a build. */
export async function createUnblink() {
  const { renderHead } = await import('@unblink/snippet')
  const files = Object.fromEntries(FILES.map((name) => [name, readFileSync(fromRoot('packages/browser/dist', name))]))

  const render = (site, { isFirstParty, ask }) =>
    renderHead({
      key: KEY,
      base: isFirstParty ? FIRST_PARTY_PREFIX : site.api,
      consent: { personalization: 'granted', analytics: 'granted' },
      slots: { headline: { selector: SLOT_SELECTOR, ...(site.deadlineMs ? { deadlineMs: site.deadlineMs } : {}) } },
      runtime: site.script(RUNTIME),
      ...(ask === undefined ? {} : { ask }),
    })
  const toContender = ({ ask, profileHeaders, ...contender }) => ({
    kind: 'unblink',
    head: (site) => render(site, { ...contender, ask }).snippetHtml,
    headEnd: (site) => render(site, { ...contender, ask }).runtimeHtml,
    files,
    replies: [
      { path: /^\/v1\/p(\?|$)/, wait: 'profile', body: replyToProfile, headers: profileHeaders },
      { path: /^\/v1\/e$/, wait: 20, body: replyToBatch },
    ],
    ...contender,
  })

  return [
    toContender({ name: 'unblink', title: 'Unblink, another origin' }),
    toContender({ name: 'unblink-first-party', title: 'Unblink, the site’s own path', isFirstParty: true }),
    toContender({ name: 'unblink-runtime-late', title: 'Unblink, runtime 300 ms late', overrides: { libraryMs: 340 } }),
    toContender({
      name: 'unblink-runtime-never',
      title: 'Unblink, runtime never comes',
      overrides: { libraryFault: 'hanging' },
    }),
    toContender({
      name: 'unblink-returning',
      title: 'Unblink, returning visitor',
      isFirstParty: true,
      leavesBehind: 'unblink',
    }),
    toContender({
      name: 'unblink-early-hints',
      title: 'Unblink, Early Hints preload',
      isForRoutes: true,
      isFirstParty: true,
      ask: ASK,
      // The snippet asks with credentials, and only a preload of the same mode is used.
      earlyHints: () => [`<${ASK}>; rel=preload; as=fetch; crossorigin=use-credentials`],
      profileHeaders: { 'cache-control': 'private, max-age=10' },
    }),
    toContender({
      name: 'unblink-streamed',
      title: 'Unblink, decision in the HTML',
      isForRoutes: true,
      isFirstParty: true,
      ask: '',
      streamed: () => `<script>unblink.answer(${toScriptJson(replyToProfile())})</script>`,
    }),
  ]
}
