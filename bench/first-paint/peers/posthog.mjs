import { readFileSync } from 'node:fs'
import { SLOT_SELECTOR, VARIANT_HTML } from '../page/renderPage.mjs'
import { findPeerFile } from './findPeerFile.mjs'

const LIBRARY = 'posthog.js'

const remoteConfig = () => ({
  supportedCompression: ['gzip-js'],
  hasFeatureFlags: true,
  sessionRecording: false,
  surveys: false,
  heatmaps: false,
  capturePerformance: false,
  autocapture_opt_out: true,
  toolbarParams: {},
  siteApps: [],
  isAuthenticated: false,
})

const flags = () => ({
  errorsWhileComputingFlags: false,
  featureFlags: { headline: 'test' },
  featureFlagPayloads: {},
  flags: {
    headline: {
      key: 'headline',
      enabled: true,
      variant: 'test',
      reason: { code: 'condition_match' },
      metadata: { id: 1, version: 1 },
    },
  },
  ...remoteConfig(),
})

const experiments = () => ({
  experiments: [
    {
      id: 1,
      name: 'headline',
      feature_flag_key: 'headline',
      variants: {
        control: { transforms: [] },
        test: { conditions: null, transforms: [{ selector: SLOT_SELECTOR, html: VARIANT_HTML }] },
      },
    },
  ],
})

const options = (site) => ({
  api_host: site.api,
  disable_web_experiments: false,
  autocapture: false,
  capture_pageview: true,
  capture_pageleave: false,
  disable_session_recording: true,
  disable_surveys: true,
  disable_external_dependency_loading: true,
})

/** PostHog's no-code web experiments, loaded asynchronously as documented, with everything else of it switched off. It has no hide. */
export const createPosthog = () => ({
  name: 'posthog',
  title: 'PostHog web experiments',
  kind: 'peer',
  files: { [LIBRARY]: readFileSync(findPeerFile('posthog-js', 'dist/array.js')) },
  replies: [
    { path: /^\/array\/[^/]+\/config/, wait: 'library', body: remoteConfig },
    { path: /^\/(flags|decide)\b/, wait: 'profile', body: flags },
    { path: /^\/api\/web_experiments/, wait: 'library', body: experiments },
    { path: /^\/(e|i\/v0\/e|batch)\b/, wait: 20, body: () => ({ status: 1 }) },
  ],
  head: (site) => `<script>(function (d) {
  var script = d.createElement('script')
  script.async = true
  script.src = '${site.script(LIBRARY)}'
  script.onload = function () { posthog.init('phc_bench', ${JSON.stringify(options(site))}) }
  d.head.appendChild(script)
})(document)</script>`,
})
