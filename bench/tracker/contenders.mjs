import { readFileSync } from 'node:fs'
import { fromRoot } from '../../scripts/lib/fromRoot.mjs'
import { bundlePeer } from '../lib/bundlePeer.mjs'

/** What has to be collected by hand if nothing is thinned out: every move, scroll and click, as it comes. Runs in the page. */
function collectRaw() {
  let samples = []
  const note = ({ type, clientX, clientY }) =>
    samples.push({ type, at: performance.now(), x: clientX ?? globalThis.scrollX, y: clientY ?? globalThis.scrollY })
  for (const type of ['pointermove', 'scroll', 'click']) addEventListener(type, note, { passive: true, capture: true })
  const send = () => {
    if (samples.length > 0) navigator.sendBeacon('/raw', JSON.stringify(samples))
    samples = []
  }
  setInterval(send, 1_000)
  addEventListener('pagehide', send)
}

/** Documented defaults with all that it can tell of mouse, scrolling and clicks switched on, and nothing that needs another download. */
const POSTHOG_OPTIONS = {
  autocapture: true,
  capture_heatmaps: true,
  capture_pageview: true,
  capture_pageleave: true,
  capture_performance: false,
  capture_exceptions: false,
  disable_session_recording: true,
  disable_surveys: true,
  disable_external_dependency_loading: true,
  // It sends nothing from what it takes for a robot.
  opt_out_useragent_filter: true,
}

const POSTHOG_CONFIG = {
  supportedCompression: ['gzip-js'],
  sessionRecording: false,
  surveys: false,
  heatmaps: true,
  capturePerformance: false,
  hasFeatureFlags: false,
  toolbarParams: {},
  siteApps: [],
}

const SNOWPLOW = `import { newTracker, enableActivityTracking, trackPageView } from '@snowplow/browser-tracker'
newTracker('bench', location.origin, { appId: 'bench', eventMethod: 'post', postPath: '/com.bench/tp2' })
enableActivityTracking({ minimumVisitLength: 1, heartbeatDelay: 1 })
trackPageView()`

const unblinkReply = (body) => {
  const { events } = JSON.parse(body)
  return { v: 1, ok: events.length, dup: 0, rej: [], next: 0 }
}

/**
 * Whoever watches the page: `head` is its markup, `files` what that fetches, `replies` what its endpoints answer, given a
 * request's body. Whatever else is asked for is not found, and told.
 */
export async function createContenders() {
  const { renderSnippet } = await import('@unblink/snippet')
  const consent = { personalization: 'granted', analytics: 'granted' }
  const { html } = renderSnippet({ key: 'pk_bench', base: '/u', consent, slots: {} })
  const posthog = JSON.stringify({ api_host: 'ORIGIN', ...POSTHOG_OPTIONS }).replace('"ORIGIN"', 'location.origin')
  const empty = { v: 1, visitor: 'v', generation: 0, audiences: [], attributes: {}, decisions: [] }
  return [
    { name: 'nothing', title: 'the page alone', head: '', files: {}, replies: [] },
    {
      name: 'unblink',
      title: 'unblink: snippet and runtime',
      head: `${html}<script async src="/u/unblink.js" fetchpriority="low"></script>`,
      files: Object.fromEntries(
        ['unblink.js', 'unblink-watch.js'].map((file) => [
          `/u/${file}`,
          readFileSync(fromRoot('packages/browser/dist', file)),
        ]),
      ),
      replies: [
        { path: /^\/u\/v1\/p/, body: () => ({ ...empty, expiresAt: Date.now() + 60_000 }) },
        { path: /^\/u\/v1\/e/, body: unblinkReply },
      ],
    },
    {
      name: 'beacon',
      title: 'every sample by hand, a beacon a second',
      head: `<script>(${collectRaw.toString()})()</script>`,
      files: {},
      replies: [{ path: /^\/raw/, body: () => ({}) }],
    },
    {
      name: 'posthog',
      title: 'PostHog: autocapture and heatmaps, no recording',
      head: `<script async src="/posthog.js" onload="posthog.init('phc_bench', ${posthog.replaceAll('"', '&quot;')})"></script>`,
      files: { '/posthog.js': readFileSync(fromRoot('bench/tracker/node_modules/posthog-js/dist/array.js')) },
      replies: [
        { path: /^\/array\/[^/]+\/config/, body: () => POSTHOG_CONFIG },
        { path: /^\/(flags|decide)\b/, body: () => ({ featureFlags: {}, ...POSTHOG_CONFIG }) },
        { path: /^\/(e|i\/v0\/e|batch)\b/, body: () => ({ status: 1 }) },
      ],
    },
    {
      name: 'snowplow',
      title: 'Snowplow: page view and a page ping a second',
      head: '<script async src="/snowplow.js"></script>',
      files: { '/snowplow.js': await bundlePeer('bench/tracker', SNOWPLOW) },
      replies: [{ path: /^\/com\.bench\/tp2/, body: () => 'ok' }],
    },
  ]
}
