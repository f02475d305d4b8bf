import { readFileSync } from 'node:fs'
import { SLOT_SELECTOR, VARIANT_HTML } from '../page/renderPage.mjs'
import { findPeerFile } from './findPeerFile.mjs'

const LIBRARY = 'growthbook.js'

/** A visual-editor experiment whose second variation everyone gets. */
const sdkPayload = () => ({
  status: 200,
  dateUpdated: '2026-01-01T00:00:00.000Z',
  features: {},
  experiments: [
    {
      key: 'headline',
      name: 'headline',
      changeId: 'change-1',
      status: 'running',
      phase: '0',
      seed: 'headline',
      hashAttribute: 'id',
      hashVersion: 2,
      coverage: 1,
      weights: [0, 1],
      manual: false,
      urlPatterns: [{ include: true, type: 'simple', pattern: '*' }],
      meta: [{ key: '0' }, { key: '1' }],
      variations: [
        {},
        { domMutations: [{ selector: SLOT_SELECTOR, attribute: 'html', action: 'set', value: VARIANT_HTML }] },
      ],
    },
  ],
})

/** GrowthBook's script tag as documented: asynchronous, and synchronous with its anti-flicker style. */
export function createGrowthbook() {
  const files = { [LIBRARY]: readFileSync(findPeerFile('@growthbook/growthbook', 'dist/bundles/auto.min.js')) }
  const replies = [{ path: /^\/api\/features\//, wait: 'profile', body: sdkPayload }]
  const toContender = (name, title, attributes) => ({
    name,
    title,
    kind: 'peer',
    files,
    replies,
    head: (site) =>
      `<script ${attributes} data-client-key="sdk-bench" data-api-host="${site.api}" src="${site.script(LIBRARY)}"></script>`,
  })
  return [
    toContender('growthbook', 'GrowthBook, asynchronous', 'async'),
    toContender('growthbook-antiflicker', 'GrowthBook, antiFlicker', 'data-anti-flicker="true"'),
  ]
}
