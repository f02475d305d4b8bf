/** `/loans/` and `/loans` are one page to a visitor. */
const trim = (path: string) => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)

/**
 * Whether a path is one of a category: exact, or by a prefix that ends in `*`. `/loans/*` includes `/loans`: who writes it
 * means the loans, their first page included. Read alike by the server and, for the visitor's counts on the device, by the page.
 */
export function isOnPath(pattern: string, path: string): boolean {
  if (!pattern.endsWith('*')) return trim(pattern) === trim(path)
  const prefix = pattern.slice(0, -1)
  return path.startsWith(prefix) || trim(prefix) === path
}
