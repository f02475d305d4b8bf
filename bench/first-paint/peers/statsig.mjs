import { readFileSync } from 'node:fs'
import { VARIANT_HTML } from '../page/renderPage.mjs'
import { findPeerFile } from './findPeerFile.mjs'
import { hideByHand } from './hideByHand.mjs'

const LIBRARY = 'statsig.js'

const values = () => ({
  has_updates: true,
  time: Date.now(),
  hash_used: 'none',
  feature_gates: {},
  layer_configs: {},
  sdkParams: {},
  dynamic_configs: {
    headline: {
      name: 'headline',
      value: { html: VARIANT_HTML },
      rule_id: 'test',
      group: 'test',
      is_device_based: false,
      is_user_in_experiment: true,
      is_experiment_active: true,
      secondary_exposures: [],
    },
  },
})

const useIt = (site) => `<script>window.useStatsig = function () {
  var client = new Statsig.StatsigClient('client-bench', { userID: 'visitor' }, { networkConfig: {
    api: '${site.api}/v1', initializeUrl: '${site.api}/v1/initialize', logEventUrl: '${site.api}/v1/rgstr' } })
  client.initializeAsync().then(function () { fillSlot(client.getExperiment('headline').get('html')) }, showSlot)
}</script>`

/** Statsig's JavaScript client; it decides, the hide and the swap are its user's. */
export const createStatsig = () => ({
  name: 'statsig',
  title: 'Statsig + hide by hand',
  kind: 'peer',
  files: { [LIBRARY]: readFileSync(findPeerFile('@statsig/js-client', 'build/statsig-js-client.min.js')) },
  replies: [
    { path: /^\/v1\/initialize/, wait: 'profile', body: values },
    { path: /^\/v1\/rgstr/, wait: 20, body: () => ({ success: true }) },
  ],
  head: (site) =>
    `${hideByHand(site)}${useIt(site)}<script async src="${site.script(LIBRARY)}" onload="useStatsig()" onerror="showSlot()"></script>`,
})
