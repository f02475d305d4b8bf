import type { Site } from '../site/site.ts'

/** `/loans/` and `/loans` are one page to a visitor. */
const trim = (path: string) => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)

function isOnPath(pattern: string, path: string): boolean {
  if (!pattern.endsWith('*')) return trim(pattern) === trim(path)
  const prefix = pattern.slice(0, -1)
  // Who writes `/loans/*` means the loans, their first page included.
  return path.startsWith(prefix) || trim(prefix) === path
}

/** Ids of the categories that a location (path, perhaps with a query) belongs to. */
export function getCategories(site: Site, location: string): string[] {
  const path = location.replace(/[?#].*/s, '')
  return Object.keys(site.categories).filter((id) =>
    site.categories[id]?.paths.some((pattern) => isOnPath(pattern, path)),
  )
}
