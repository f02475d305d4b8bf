import { createAlloy } from '../peers/alloy.mjs'
import { createCroct } from '../peers/croct.mjs'
import { createGrowthbook } from '../peers/growthbook.mjs'
import { createPosthog } from '../peers/posthog.mjs'
import { createStatsig } from '../peers/statsig.mjs'
import { optimum } from './optimum.mjs'
import { references } from './references.mjs'
import { createUnblink } from './unblink.mjs'

/**
 * Everyone who can be measured, in the order of the tables. A contender is plain data:
 *
 * - `name`, `title`, `kind`: `reference`, `unblink` or `peer`
 * - `head(site)`: its markup, first in the head; `site` is `{ page, api, deadlineMs, script(name) }`
 * - `files`: name → bytes of its scripts
 * - `replies`: `[{ path, wait, body({ path, body }), headers? }]`; `wait` is `'profile'`, `'library'` or milliseconds
 * - `isFirstParty`, `earlyHints(site)`, `streamed(site)`: its route; `isForRoutes`: only measured with a round trip
 * - `overrides`: what it changes in every scenario; `leavesBehind`: measured on the second visit, the first having left this key in localStorage
 * - `isServerRendered`, `showsBaseline`: what the page shows without any script
 */
export async function createContenders() {
  const [first, ...otherOptima] = optimum
  const [none, server, naive] = references
  return [
    none,
    server,
    first,
    naive,
    ...(await createUnblink()),
    ...createGrowthbook(),
    createStatsig(),
    await createCroct(),
    ...createAlloy(),
    createPosthog(),
    ...otherOptima,
  ]
}
