import type { Attributes, Json } from '@unblink/protocol'

const getList = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])

/**
 * What is stored of a visitor, and beneath it what another source knows: an attribute of both is the stored one. Only
 * `holdings` are those of both, since having one thing takes away no other.
 */
export function mergeSource(source: Attributes | undefined, stored: Attributes): Attributes {
  if (!source) return stored
  const holdings = [...new Set([...getList(stored['holdings']), ...getList(source['holdings'])])]
  return { ...source, ...stored, holdings }
}
