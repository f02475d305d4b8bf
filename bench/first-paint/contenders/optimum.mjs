import { SLOT_SELECTOR, VARIANT_HTML } from '../page/renderPage.mjs'
import { FIRST_PARTY_PREFIX } from '../sites/hosts.mjs'

/** As long as our own default, where a scenario names no other: so that the two can be compared there too. */
const OWN_DEADLINE_MS = 400

/** What a careful developer writes by hand for one slot of one site: hide, ask, swap as soon as both are there, give up in time. */
const write = (ask, deadlineMs) => `<script>(function (d) {
  var style = d.createElement('style'), html, done
  style.textContent = '${SLOT_SELECTOR} { visibility: hidden }'
  d.head.appendChild(style)
  var finish = function () { done = true; style.remove(); observer.disconnect() }
  var swap = function () {
    var slot = d.querySelector('${SLOT_SELECTOR}')
    if (done || !slot || html === undefined) return
    slot.innerHTML = html
    finish()
  }
  var observer = new MutationObserver(swap)
  observer.observe(d, { childList: true, subtree: true })
  window.decide = function (profile) { html = profile.html; swap() }
  ${ask}
  setTimeout(finish, ${deadlineMs})
})(document)</script>`

const askAt = (address) => `fetch('${address}').then(function (reply) { return reply.json() }).then(decide, finish)`
const profile = () => ({ html: VARIANT_HTML })

const toContender = ({ ask, ...rest }) => ({
  kind: 'reference',
  head: (site) => write(ask(site), site.deadlineMs ?? OWN_DEADLINE_MS),
  replies: [{ path: /^\/profile/, wait: 'profile', body: profile, headers: rest.replyHeaders }],
  ...rest,
})

/**
 * `optimum` is the line that everyone is measured against. The others show what the route alone is worth, with the same
 * code: they run with a round trip, or when asked for.
 */
export const optimum = [
  toContender({
    name: 'optimum',
    title: 'hand-written optimum',
    ask: (site) => askAt(`${site.api}/profile`),
  }),
  toContender({
    name: 'optimum-first-party',
    title: 'optimum on the site’s own path',
    isForRoutes: true,
    ask: () => askAt(`${FIRST_PARTY_PREFIX}/profile`),
  }),
  toContender({
    name: 'optimum-early-hints',
    title: 'optimum with an Early Hints preload',
    isForRoutes: true,
    ask: () => askAt(`${FIRST_PARTY_PREFIX}/profile`),
    earlyHints: () => [`<${FIRST_PARTY_PREFIX}/profile>; rel=preload; as=fetch; crossorigin=anonymous`],
    // With `no-store` the browser would throw the preload away and ask again.
    replyHeaders: { 'cache-control': 'private, max-age=10' },
  }),
  toContender({
    name: 'optimum-streamed',
    title: 'optimum with the decision in the HTML',
    isForRoutes: true,
    ask: () => '',
    streamed: () => `<script>decide(${JSON.stringify(profile()).replaceAll('<', '\\u003c')})</script>`,
  }),
]
