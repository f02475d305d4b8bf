import { isOnPath } from '@unblink/protocol'
import type { Site } from '../site/site.ts'

/** Ids of the categories that a location (path, perhaps with a query) belongs to. */
export function getCategories(site: Site, location: string): string[] {
  const path = location.replace(/[?#].*/s, '')
  return Object.keys(site.categories).filter((id) =>
    site.categories[id]?.paths.some((pattern) => isOnPath(pattern, path)),
  )
}
