import type { Attributes, Manifest } from '@unblink/protocol'
import type { Publication } from './publish.ts'
import { resolveOperators } from './resolveOperators.ts'

/** The rules for a visitor with these attributes: those of the site, with its own operators answered. */
export function resolveRules(
  { site, rules, custom }: Publication,
  attributes: Attributes,
  onThrow: (operator: string, error: unknown) => void,
): Manifest {
  if (custom.length === 0) return rules
  const audiences = { ...rules.audiences }
  for (const id of custom) {
    audiences[id] = resolveOperators(site.audiences[id]!, attributes, site.operators, onThrow)
  }
  return { ...rules, audiences }
}
