const trim = (path: string) => path.replace(/(.)\/$/, '$1')

/**
 * Where a redirect leads: to the page's own origin or one of those declared, with the page's query and fragment, unless the
 * address has its own. Throws for any other origin or scheme, and for an address with a password.
 * @param page The address of the page.
 * @returns Undefined when the visitor is there already: same path, and all that the address's query says is in the page's.
 */
export function getDestination(address: string, page: string, origins: readonly string[]): URL | undefined {
  const from = new URL(page)
  const to = new URL(address, page)
  const isAllowed = to.origin === from.origin || origins.includes(to.origin)
  if (!/^https?:$/.test(to.protocol) || !isAllowed || to.username || to.password) throw Error('redirect')
  const query = [...to.searchParams]
  const isHere = query.every(([name, value]) => from.searchParams.getAll(name).includes(value))
  if (isHere && to.origin === from.origin && trim(to.pathname) === trim(from.pathname)) return undefined
  // As they were written: parsing and writing them again would change how they are encoded.
  const others = from.search
    .slice(1)
    .split('&')
    .filter((pair) => pair && !query.some(([name]) => new URLSearchParams(pair).has(name)))
  to.search = [to.search.slice(1), ...others].filter(Boolean).join('&')
  to.hash ||= from.hash
  return to
}
