import { VARIANT_HTML } from '../page/renderPage.mjs'
import { bundlePeer } from '../../lib/bundlePeer.mjs'
import { hideByHand } from './hideByHand.mjs'

const LIBRARY = 'croct.js'

const useIt = (site) => `<script>window.useCroct = function () {
  croct.plug({ appId: '00000000-0000-4000-8000-000000000000', baseEndpointUrl: '${site.api}', track: false, plugins: { preview: false } })
  croct.fetch('headline', { timeout: 10000 }).then(function (reply) { fillSlot(reply.content.html) }, showSlot)
}</script>`

/** Croct's plug, bundled from npm; it fetches a slot's content, the hide and the swap are its user's. */
export const createCroct = async () => ({
  name: 'croct',
  title: 'Croct + hide by hand',
  kind: 'peer',
  files: {
    [LIBRARY]: await bundlePeer(
      'bench/first-paint',
      `import croct from '@croct/plug'; window.croct = croct; window.useCroct()`,
    ),
  },
  replies: [
    { path: /^\/client\/web\/cid/, wait: 20, body: () => '5d1b2c0e-0000-4000-8000-000000000001' },
    { path: /^\/client\/web\/content/, wait: 'profile', body: () => ({ content: { html: VARIANT_HTML } }) },
  ],
  head: (site) =>
    `${hideByHand(site)}${useIt(site)}<script async src="${site.script(LIBRARY)}" onerror="showSlot()"></script>`,
})
