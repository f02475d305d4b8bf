/** What to say of a list in which two have one id. */
export const unique = (list: readonly { readonly id: string }[], what: string): string | undefined => {
  const seen = new Set<string>()
  const twice = list.find(({ id }) => seen.size === seen.add(id).size)
  return twice && `two ${what} have the id "${twice.id}"; give each its own`
}
