import { fail, ok, type Json, type Result } from '@unblink/protocol'
import { FIELD_TYPES, toType } from './mapFields.ts'

const COLUMN_TYPES = [...FIELD_TYPES, 'json'] as const
type ColumnType = (typeof COLUMN_TYPES)[number]

/** One column that becomes an attribute. */
export interface ImportColumn {
  /** As the file calls it. */
  readonly from: string
  readonly name: string
  /** Left out where nothing was said; then a cell is text, and a value of JSON stays as it is. */
  readonly type?: ColumnType
}

export interface ColumnOptions {
  readonly visitorColumn: string
  readonly userColumn: string
  /** `From=name` or `From=name:type`; these only, when there are any. */
  readonly columns: readonly string[]
}

/** Where in a record the ids and the attributes are. */
export interface ImportColumns {
  readonly width: number
  readonly visitor: number | undefined
  readonly user: number | undefined
  readonly set: readonly (ImportColumn & { readonly index: number })[]
}

const NAME = /^[A-Za-z][\w-]{0,59}$/
/** Between the items of a list in a cell. */
const BETWEEN = '|'

function parseTarget(from: string, target: string): Result<ImportColumn> {
  const [, name = target, type] = /^(.*):([^:]*)$/.exec(target) ?? []
  const quoted = JSON.stringify(from)
  if (type !== undefined && !COLUMN_TYPES.includes(type as ColumnType))
    return fail(`${quoted}: ${JSON.stringify(type)} is no type; use one of ${COLUMN_TYPES.join(', ')}`)
  if (!NAME.test(name))
    return fail(
      `${quoted}: ${JSON.stringify(name)} cannot be the name of an attribute (letters, digits, _ and -, a letter first); name it with --column ${JSON.stringify(`${from}=itsName`)}`,
    )
  return ok({ from, name, ...(type === undefined ? {} : { type: type as ColumnType }) })
}

/** Reads `--column` options: `From=name` or `From=name:type`. The last `=` counts, since an attribute has none in its name. */
export function parseColumns(columns: readonly string[]): Result<readonly ImportColumn[]> {
  const parsed: ImportColumn[] = []
  for (const text of columns) {
    const at = text.lastIndexOf('=')
    if (at < 1) return fail(`--column ${text}: expected "Column=attribute" or "Column=attribute:type"`)
    const column = parseTarget(text.slice(0, at), text.slice(at + 1))
    if (!column.ok) return fail(`--column ${column.error}`)
    parsed.push(column.value)
  }
  return ok(parsed)
}

/** Reads the first record of a CSV file. The error tells all that has to be known to mend the call. */
export function importColumns(
  header: readonly string[],
  { visitorColumn, userColumn, columns }: ColumnOptions,
): Result<ImportColumns> {
  const names = header.map((name) => name.trim())
  const has = `The file has the columns ${names.map((name) => JSON.stringify(name)).join(', ')}`
  const double = names.find((name, index) => names.indexOf(name) !== index)
  if (double !== undefined) return fail(`two columns are called ${JSON.stringify(double)}; rename one`)
  const find = (name: string) => (names.includes(name) ? names.indexOf(name) : undefined)
  const [visitor, user] = [find(visitorColumn), find(userColumn)]
  if (visitor === undefined && user === undefined)
    return fail(
      `no column says whom a row is about. ${has}: name one with --visitor-column (the cookie ub_v) or --user-column (your own id)`,
    )
  const asked = parseColumns(columns)
  if (!asked.ok) return asked
  const missing = asked.value.find(({ from }) => !names.includes(from))
  if (missing) return fail(`--column ${missing.from}: there is none. ${has}`)
  const others = names.filter((_name, index) => index !== visitor && index !== user)
  const set: ImportColumn[] = [...asked.value]
  if (set.length === 0)
    for (const name of others) {
      const column = parseTarget(name.replace(/:[^:]*$/, ''), name)
      if (!column.ok) return column
      set.push({ ...column.value, from: name })
    }
  if (set.length === 0) return fail(`no column holds an attribute. ${has}`)
  const twice = set.find(({ name }, index) => set.findIndex((other) => other.name === name) !== index)
  if (twice) return fail(`two columns become the attribute "${twice.name}"; leave one out with --column`)
  return ok({ width: names.length, visitor, user, set: set.map((one) => ({ ...one, index: names.indexOf(one.from) })) })
}

/** Makes a cell what its column says. Lists are written `a|b`. The error repeats no value. */
export function readCell(
  { name, type = name === 'holdings' ? 'list' : 'string' }: ImportColumn,
  cell: string,
): Result<Json> {
  const wrong = (expected: string) => fail(`${name}: expected ${expected}; mend the cell, or the column’s type`)
  if (type === 'string') return ok(cell)
  if (type === 'list')
    return ok(
      cell
        .split(BETWEEN)
        .map((item) => item.trim())
        .filter(Boolean),
    )
  if (type === 'json') {
    try {
      return ok(JSON.parse(cell) as Json)
    } catch {
      return wrong('JSON')
    }
  }
  const value = toType(cell, type)
  return value === undefined
    ? wrong(type === 'number' ? 'a number like 12.5' : 'true or false, yes or no, 1 or 0')
    : ok(value)
}

/** The same for a value of JSON, which has a type already. */
export function readValue(column: ImportColumn, value: Json): Result<Json> {
  const { name, type } = column
  if (type === undefined || type === 'json' || value === null) return ok(value)
  const typed = toType(value, type)
  return typed === undefined ? fail(`${name}: expected a ${type}; mend the value, or the column’s type`) : ok(typed)
}
