import type { Site } from '../site/site.ts'
import type { Database } from '../store/openDatabase.ts'
import type { Models } from './createModels.ts'
import { getBandits } from './getBandit.ts'
import { readLog } from './readLog.ts'
import { teachArms } from './teachArms.ts'

/** Teaches the site's bandits what the database holds. Returns how many trials there were. */
export function restoreArms(models: Models, site: Site, database: Database.Database): number {
  if (getBandits(site).size === 0) return 0
  const teach = teachArms(models, site)
  let count = 0
  for (const logged of readLog(database, { site: site.id, types: ['exposure', 'conversion'] })) count += teach(logged)
  return count
}
