import { SLOT_SELECTOR, VARIANT_HTML } from '../page/renderPage.mjs'

const swapWhenParsed = `fetch('https://api.vendor.test/profile').then(function (reply) { return reply.json() }).then(function (profile) {
  var swap = function () { document.querySelector('${SLOT_SELECTOR}').innerHTML = profile.html }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', swap)
  else swap()
})`

/** What a vendor's script is compared with at both ends: nothing at all, the work done by the server, and the naive way. */
export const references = [
  { name: 'none', title: 'no personalisation', kind: 'reference', showsBaseline: true },
  { name: 'server', title: 'rendered by the server', kind: 'reference', isServerRendered: true },
  {
    name: 'naive',
    title: 'naive asynchronous swap',
    kind: 'reference',
    head: (site) => `<script async src="${site.script('naive.js')}"></script>`,
    files: { 'naive.js': Buffer.from(swapWhenParsed) },
    replies: [{ path: /^\/profile/, wait: 'profile', body: () => ({ html: VARIANT_HTML }) }],
  },
]
