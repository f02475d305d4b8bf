import { fail, ok, type Json, type Result } from '@unblink/protocol'
import type { HookSettings } from './hook.ts'
import { mapFields } from './mapFields.ts'
import { parseAbout, type ImportLine } from './parseImportLine.ts'

/** What is read from a delivery. */
export interface Delivery extends ImportLine {
  readonly set: Readonly<Record<string, Json>>
}

/** Reads whom a delivery is about and what it tells, by the hook's mapping. The error names paths and repeats no value. */
export function readDelivery({ visitor, user, map }: HookSettings, json: unknown): Result<Delivery> {
  const path = (visitor ?? user)!
  const id = mapFields({ id: { path, type: 'string' } }, json)
  if (!id.ok) return fail(id.error.replace(/^id/, visitor === undefined ? 'user' : 'visitor'))
  const found = id.value.fields['id']
  if (found === undefined || found === null)
    return fail(`${visitor === undefined ? 'user' : 'visitor'}: there is nothing at ${path}`)
  const about = visitor === undefined ? parseAbout(undefined, found) : parseAbout(found, undefined)
  if (!about.ok) return about
  const mapped = mapFields(map, json)
  return mapped.ok ? ok({ about: about.value, set: mapped.value.fields }) : mapped
}
