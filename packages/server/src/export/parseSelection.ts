import { EVENT_TYPES, fail, ok, type EventType, type Result } from '@unblink/protocol'
import { getClosest } from '../site/getClosest.ts'
import type { Selection } from './createPages.ts'
import { DATASETS, isDataset } from './columns.ts'
import { FORMATS, isFormat, type Format } from './createEncoder.ts'

/** What somebody asked to have exported, as text; undefined where nothing was said. */
export interface SelectionText {
  readonly dataset: string | undefined
  readonly format?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly after?: string | undefined
  /** Separated by commas. */
  readonly types?: string | undefined
}

const CURSOR = /^\d{1,15}$/

function parseMoment(name: string, text: string | undefined): Result<number | undefined> {
  if (text === undefined) return ok(undefined)
  const at = Date.parse(text)
  // Without an offset, a moment would depend on the machine; a day alone is one of UTC.
  if (Number.isNaN(at) || !/^\d{4}-\d{2}-\d{2}$|(?:Z|[+-]\d{2}:\d{2})$/i.test(text))
    return fail(`${name} ${text}: expected a day like 2030-01-31 or a moment like 2030-01-31T09:00:00Z`)
  return ok(at)
}

function parseTypes(text: string | undefined): Result<readonly EventType[] | undefined> {
  if (text === undefined) return ok(undefined)
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !EVENT_TYPES.some((type) => type === name))
  if (unknown === undefined) return ok(EVENT_TYPES.filter((type) => names.includes(type)))
  const closest = getClosest(unknown, [...EVENT_TYPES])
  return fail(`types: there is no type "${unknown}"${closest ? `; did you mean "${closest}"?` : ''}`)
}

/** Reads what is wanted; the error names what is wrong and what was expected. Pure. */
export function parseSelection(text: SelectionText): Result<{ selection: Selection; format: Format }> {
  const { dataset, format = 'ndjson', after } = text
  if (!isDataset(dataset)) return fail(`expected one of ${DATASETS.join(', ')}, got "${dataset ?? ''}"`)
  if (!isFormat(format)) return fail(`format: expected ${FORMATS.join(' or ')}, got "${format}"`)
  const from = parseMoment('from', text.from)
  if (!from.ok) return from
  const to = parseMoment('to', text.to)
  if (!to.ok) return to
  if (from.value !== undefined && to.value !== undefined && from.value >= to.value)
    return fail(`from ${text.from} is not before to ${text.to}`)
  if (after !== undefined && !CURSOR.test(after))
    return fail(`after ${after}: expected the cursor that an earlier export gave, a whole number`)
  const types = parseTypes(text.types)
  if (!types.ok) return types
  if (dataset === 'profiles' && after !== undefined)
    return fail('after: profiles have no cursor, since they change; export them whole, or those seen since `from`')
  if (dataset !== 'events' && types.value)
    return fail(`types: the dataset ${dataset} has no other types; leave it out, or export events`)
  const cursor = after === undefined ? undefined : Number(after)
  return ok({ selection: { dataset, from: from.value, to: to.value, after: cursor, types: types.value }, format })
}
