import type { Scope } from './scope.ts'

/** How far operators may nest, so that no manifest can exhaust the stack of the page. */
const MAX_DEPTH = 32

/** The scope one operator down. Throws past the limit: refusing only the branch would become a match under `$not`. */
export const deeper = (scope: Scope): Scope => {
  const { depth = 1 } = scope
  if (depth > MAX_DEPTH) throw Error()
  return { ...scope, depth: depth + 1 }
}
