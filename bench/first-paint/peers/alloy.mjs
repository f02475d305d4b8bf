import { readFileSync } from 'node:fs'
import { SLOT_SELECTOR, VARIANT_HTML } from '../page/renderPage.mjs'
import { findPeerFile } from './findPeerFile.mjs'

const LIBRARY = 'alloy.js'

/** What the edge network answers to an event that asks for decisions: one change of the page, for the whole view. */
const edgeReply = () => ({
  requestId: 'bench',
  handle: [
    {
      type: 'identity:result',
      payload: [{ id: '40040040040040040040040040040040040040', namespace: { code: 'ECID' } }],
    },
    {
      type: 'personalization:decisions',
      eventIndex: 0,
      payload: [
        {
          id: 'AT:headline',
          scope: '__view__',
          scopeDetails: {
            decisionProvider: 'TGT',
            activity: { id: '100' },
            experience: { id: '1' },
            characteristics: { eventToken: 'bench' },
          },
          items: [
            {
              id: '0',
              schema: 'https://ns.adobe.com/personalization/dom-action',
              meta: {},
              data: {
                type: 'setHtml',
                selector: SLOT_SELECTOR,
                prehidingSelector: SLOT_SELECTOR,
                content: VARIANT_HTML,
              },
            },
          ],
        },
      ],
    },
  ],
})

/** As documented: a style element of this id, which the library removes when it is done, and a timer that removes it anyway. */
const hide = (selector) => `<script>(function (d) {
  var style = d.createElement('style')
  style.id = 'alloy-prehiding'
  style.textContent = '${selector} { opacity: 0 !important }'
  d.head.appendChild(style)
  setTimeout(function () { style.remove() }, 3000)
})(document)</script>`

/** The queue that the library takes over, and what a page asks of it. */
const commands = (site) => `<script>(function (w, name) {
  (w.__alloyNS = w.__alloyNS || []).push(name)
  w[name] = function () {
    var call = arguments
    return new Promise(function (resolve, reject) { w[name].q.push([resolve, reject, call]) })
  }
  w[name].q = []
})(window, 'alloy')
alloy('configure', { datastreamId: 'bench', orgId: 'BENCH@AdobeOrg', edgeDomain: '${new URL(site.api).host}',
  thirdPartyCookiesEnabled: false, clickCollectionEnabled: false, defaultConsent: 'in' })
alloy('sendEvent', { renderDecisions: true, xdm: {} }).catch(function () {})</script>`

/** Adobe Experience Platform Web SDK: with its documented hiding of the body, and with the same of the slot only. */
export function createAlloy() {
  const files = { [LIBRARY]: readFileSync(findPeerFile('@adobe/alloy', 'dist/alloy.min.js')) }
  const replies = [{ path: /\/v1\/(interact|collect)/, wait: 'profile', body: edgeReply }]
  const toContender = (name, title, selector) => ({
    name,
    title,
    kind: 'peer',
    files,
    replies,
    head: (site) => `${hide(selector)}${commands(site)}<script async src="${site.script(LIBRARY)}"></script>`,
  })
  return [
    toContender('alloy', 'Adobe Web SDK, body hidden', 'body'),
    toContender('alloy-slot', 'Adobe Web SDK, slot hidden', SLOT_SELECTOR),
  ]
}
