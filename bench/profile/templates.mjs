import { createProfile, fold, parseSite } from '../../packages/server/dist/index.js'
import { makeBatch, site as input } from '../collector/traffic.mjs'
import { toVisitor } from './visitors.mjs'

const TEMPLATES = 500
const VIEWS = 6
const DAY_MS = 86_400_000

/**
 * Profiles as a month of visits makes them: folded from events like those of the load, of different lengths. Returns what
 * gives the profile of visitor number `n`.
 */
export function createTemplates(now) {
  const site = parseSite(input)
  if (!site.ok) throw new Error(site.error)
  const templates = Array.from({ length: TEMPLATES }, (_, index) => {
    let profile = createProfile('')
    for (let view = 0; view <= index % VIEWS; view++) {
      const at = now - (index % 30) * DAY_MS + view * 3_600_000
      const batch = makeBatch({ run: 2, n: index * VIEWS + view, visitors: TEMPLATES, now: at })
      for (const event of JSON.parse(batch.body).events) profile = fold(profile, event, site.value)
    }
    return profile
  })
  return (n) => ({ ...templates[n % TEMPLATES], visitor: toVisitor(n) })
}
