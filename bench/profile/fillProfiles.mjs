import { createProfile, fold, parseSite } from '../../packages/server/dist/index.js'
import { openDatabase } from '../../packages/server/dist/store/openDatabase.js'
import { makeBatch, site as input } from '../collector/traffic.mjs'
import { toVisitor } from './visitors.mjs'

const TEMPLATES = 500
const VIEWS = 6
const SLICE = 20_000
const DAY_MS = 86_400_000

/** Profiles as a month of visits makes them: folded from events like those of the load, of different lengths. */
function makeTemplates(now) {
  const site = parseSite(input)
  if (!site.ok) throw new Error(site.error)
  return Array.from({ length: TEMPLATES }, (_, index) => {
    let profile = createProfile('')
    for (let view = 0; view <= index % VIEWS; view++) {
      const at = now - (index % 30) * DAY_MS + view * 3_600_000
      const batch = makeBatch({ run: 2, n: index * VIEWS + view, visitors: TEMPLATES, now: at })
      for (const event of JSON.parse(batch.body).events) profile = fold(profile, event, site.value)
    }
    return profile
  })
}

/** Adds profiles from number `from` up to `to` to the database in `folder`, as a server would have stored them. */
export async function fillProfiles({ folder, from, to, onProgress }) {
  const database = openDatabase(folder)
  try {
    const insert = database.prepare('INSERT INTO profiles (site, visitor, generation, state) VALUES (?, ?, ?, ?)')
    const templates = makeTemplates(Date.now())
    for (let next = from; next < to; next += SLICE) {
      const end = Math.min(to, next + SLICE)
      database.exec('BEGIN')
      for (let n = next; n < end; n++) {
        const profile = { ...templates[n % TEMPLATES], visitor: toVisitor(n) }
        insert.run(input.id, profile.visitor, profile.generation, JSON.stringify(profile))
      }
      database.exec('COMMIT')
      onProgress(end)
      await new Promise((resolve) => setImmediate(resolve))
    }
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    return database.prepare('PRAGMA page_count').get().page_count * database.prepare('PRAGMA page_size').get().page_size
  } finally {
    database.close()
  }
}
