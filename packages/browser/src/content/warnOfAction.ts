/** Tells whoever has written an action why the visitor does not see what it does; `error` is what it has thrown. */
export const warnOfAction = (name: string, what: string, ...error: readonly unknown[]): void =>
  console.warn(`[unblink] Action "${name}" ${what}`, ...error)

/** What is said of an action that the page has not given in time. */
export const MISSING =
  "is not there, so its slot shows the default. Give it earlier: unblink.push('action', name, (element, props) => {})"
