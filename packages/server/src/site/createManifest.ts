import { createHash } from 'node:crypto'
import type { Manifest } from '@unblink/protocol'
import type { Site } from './site.ts'

/** Members in order of their names, so that equal rules give equal text however the config is arranged. */
const toCanonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )

/** Publishes a site's rules. The version is the first 12 hex digits of the SHA-256 over their canonical JSON. */
export function createManifest({ slots, audiences, holdout, experiences }: Site): Manifest {
  const rules = { v: 1 as const, slots, audiences, ...(holdout ? { holdout } : {}), experiences }
  const version = createHash('sha256').update(toCanonicalJson(rules)).digest('hex').slice(0, 12)
  return { ...rules, version }
}
