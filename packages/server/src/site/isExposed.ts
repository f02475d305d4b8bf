/** Whether a page has all of the attribute at this path: it, or what it lies in, is exposed. */
export const isExposed = (path: string, expose: readonly string[]): boolean =>
  expose.some((exposed) => path === exposed || path.startsWith(`${exposed}.`))
