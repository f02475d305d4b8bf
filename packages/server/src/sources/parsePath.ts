import { fail, ok, type Result } from '@unblink/protocol'

/** One step into JSON: to a member, to the item at an index, or to every item of a list. */
export type Step =
  | { readonly type: 'member'; readonly name: string }
  | { readonly type: 'item'; readonly index: number }
  | { readonly type: 'every' }

const MAX_LENGTH = 300
const STEP = /\.([A-Za-z_][\w-]*)|\[(\d{1,6})\]|\[(\*)\]|\["([^"\\]+)"\]|\['([^'\\]+)'\]/y

/**
 * Reads a path into JSON: `$` is the whole, `.name` and `["any name"]` a member, `[0]` the first item of a list, `[*]` each of
 * its items. A small part of JSONPath (https://www.rfc-editor.org/rfc/rfc9535), with its meaning. At most 300 characters.
 */
export function parsePath(path: string): Result<readonly Step[]> {
  const wrong = (what: string) =>
    fail(`${what}; write a path like "$.profile.tier", "$.cards[0].type", "$.cards[*].type" or "$[\\"any name\\"]"`)
  if (!path.startsWith('$')) return wrong(`${JSON.stringify(path.slice(0, 60))} does not begin with $`)
  if (path.length > MAX_LENGTH) return wrong(`the path is longer than ${MAX_LENGTH} characters`)
  const steps: Step[] = []
  STEP.lastIndex = 1
  while (STEP.lastIndex < path.length) {
    const at = STEP.lastIndex
    const match = STEP.exec(path)
    if (!match)
      return wrong(`${JSON.stringify(path)} cannot be read from ${JSON.stringify(path.slice(at, at + 20))} on`)
    const [, name, index, every, quoted, single] = match
    if (every !== undefined) steps.push({ type: 'every' })
    else if (index !== undefined) steps.push({ type: 'item', index: Number(index) })
    else steps.push({ type: 'member', name: (name ?? quoted ?? single)! })
  }
  return ok(steps)
}
