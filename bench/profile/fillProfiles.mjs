import { openDatabase } from '../../packages/server/dist/store/openDatabase.js'
import { site } from '../collector/traffic.mjs'
import { createTemplates } from './templates.mjs'

const SLICE = 20_000

/** Adds profiles from number `from` up to `to` to the database in `folder`, as a server would have stored them. Returns its bytes. */
export async function fillProfiles({ folder, from, to, onProgress }) {
  const database = openDatabase(folder)
  try {
    const insert = database.prepare('INSERT INTO profiles (site, visitor, generation, state) VALUES (?, ?, ?, ?)')
    const getProfile = createTemplates(Date.now())
    for (let next = from; next < to; next += SLICE) {
      const end = Math.min(to, next + SLICE)
      database.exec('BEGIN')
      for (let n = next; n < end; n++) {
        const profile = getProfile(n)
        insert.run(site.id, profile.visitor, profile.generation, JSON.stringify(profile))
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
