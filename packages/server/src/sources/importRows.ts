import { fail, getOwn, isObject, ok, type Json, type Result } from '@unblink/protocol'
import { createLineSplitter, type SplitLine } from './createLineSplitter.ts'
import { csvRecords } from './csvRecords.ts'
import {
  importColumns,
  parseColumns,
  readCell,
  readValue,
  type ColumnOptions,
  type ImportColumns,
} from './importColumns.ts'

/** One row of a file: what is sent of it, or why nothing can be. `line` is where it begins, from 1; `raw` its text. */
export type ImportRow =
  | { readonly line: number; readonly raw: string; readonly body: string }
  | { readonly line: number; readonly raw: string; readonly error: string }

export interface ImportRowsOptions extends ColumnOptions {
  readonly chunks: AsyncIterable<Uint8Array>
  readonly format: 'csv' | 'ndjson'
  /** @default whichever of , ; tab the header has most of */
  readonly delimiter?: string | undefined
  /** An empty cell takes the attribute away. @default false: it leaves it as it is */
  readonly clearEmpty?: boolean
}

/** Thrown where the file as a whole cannot be read, or not so. */
export class ImportFileError extends Error {}

const MAX_ROW = 64 * 1024
const NOT_UTF8 = 'the row is not UTF-8; save the file as UTF-8'

/** A file that begins like this would be read as one line of nonsense. */
function checkStart(chunk: Uint8Array): void {
  const [first, second] = chunk
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new ImportFileError('The file is UTF-16. Save it as UTF-8 ("CSV UTF-8" in a spreadsheet).')
  if (first === 0x1f && second === 0x8b)
    throw new ImportFileError(
      'The file is gzip. Give it a name that ends with .gz, or unpack it before: gunzip -c FILE | unblink import -',
    )
  if (first === 0x50 && second === 0x4b)
    throw new ImportFileError('The file is a spreadsheet or an archive. Save it as CSV (UTF-8) first.')
}

async function* checked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let isFirst = true
  for await (const chunk of chunks) {
    if (isFirst) checkStart(chunk)
    isFirst = false
    yield chunk
  }
}

/** Drops a byte order mark, and puts U+FFFD where the bytes are no UTF-8. */
async function* decoded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder()
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

const DELIMITERS = [',', ';', '\t']

/** The first line must come to tell what stands between cells. */
async function findDelimiter(texts: AsyncIterator<string>): Promise<{ delimiter: string; start: string }> {
  let start = ''
  while (!start.includes('\n') && start.length <= MAX_ROW) {
    const next = await texts.next()
    if (next.done) break
    start += next.value
  }
  const header = start.split('\n', 1)[0]!.replace(/"[^"]*"/g, '')
  const count = (sign: string) => header.split(sign).length
  return { delimiter: DELIMITERS.reduce((best, sign) => (count(sign) > count(best) ? sign : best)), start }
}

async function* continued(start: string, texts: AsyncIterator<string>): AsyncGenerator<string, void, void> {
  yield start
  for (let next = await texts.next(); !next.done; next = await texts.next()) yield next.value
}

function toBody(cells: readonly string[], columns: ImportColumns, clearEmpty: boolean): Result<string> {
  const { width, visitor, user, set } = columns
  if (cells.length !== width)
    return fail(`the row has ${cells.length} cells, the header has ${width}; put cells with the delimiter into quotes`)
  const id = (index: number | undefined) => (index === undefined ? '' : cells[index]!.trim())
  const about = id(visitor) ? { visitor: id(visitor) } : id(user) ? { user: id(user) } : undefined
  if (!about) return fail('the row says nothing of whom it is about; fill in the visitor’s or the user’s id')
  const fields: [string, Json][] = []
  for (const column of set) {
    const cell = cells[column.index]!
    if (cell.trim() === '') {
      if (clearEmpty) fields.push([column.name, column.name === 'holdings' ? [] : null])
      continue
    }
    const value = readCell(column, cell)
    if (!value.ok) return value
    fields.push([column.name, value.value])
  }
  return ok(JSON.stringify({ ...about, set: Object.fromEntries(fields) }))
}

async function* csvRows(options: ImportRowsOptions): AsyncGenerator<ImportRow, void, void> {
  const texts = decoded(checked(options.chunks))[Symbol.asyncIterator]()
  const { delimiter, start } = await findDelimiter(texts)
  const records = csvRecords(continued(start, texts), { delimiter: options.delimiter ?? delimiter, maxLength: MAX_ROW })
  let columns: ImportColumns | undefined
  for await (const record of records) {
    const { line, raw } = record
    if (!columns) {
      if ('error' in record) throw new ImportFileError(`The header cannot be read: ${record.error}.`)
      const read = importColumns(record.cells, options)
      if (!read.ok) throw new ImportFileError(`The header: ${read.error}.`)
      columns = read.value
      continue
    }
    if ('error' in record) yield { line, raw, error: record.error }
    else if (raw.includes('�')) yield { line, raw, error: NOT_UTF8 }
    else {
      const body = toBody(record.cells, columns, options.clearEmpty ?? false)
      yield body.ok ? { line, raw, body: body.value } : { line, raw, error: body.error }
    }
  }
  if (!columns) throw new ImportFileError('The file is empty. Its first line names the columns.')
}

/** An object with its attributes beside the ids, as warehouses export it, becomes one with a `set`. */
function flatBody(row: Record<string, unknown>, options: ColumnOptions): Result<string> {
  const { visitorColumn, userColumn, columns } = options
  const [visitor, user] = [getOwn(row, visitorColumn) ?? undefined, getOwn(row, userColumn) ?? undefined]
  // Numbers are what many systems have for ids.
  const about =
    visitor !== undefined
      ? { visitor }
      : user !== undefined
        ? { user: typeof user === 'number' ? String(user) : user }
        : {}
  const rest = Object.entries(row).filter(([name]) => name !== visitorColumn && name !== userColumn)
  const asked = parseColumns(columns)
  if (!asked.ok) return asked
  if (asked.value.length === 0) return ok(JSON.stringify({ ...about, set: Object.fromEntries(rest) }))
  const fields: [string, Json][] = []
  for (const column of asked.value) {
    // Parsed from JSON, so that is what it is.
    const found = getOwn(row, column.from) as Json | undefined
    if (found === undefined) continue
    const value = readValue(column, found)
    if (!value.ok) return value
    fields.push([column.name, value.value])
  }
  return ok(JSON.stringify({ ...about, set: Object.fromEntries(fields) }))
}

function toRow({ text }: SplitLine, line: number, options: ImportRowsOptions): ImportRow | undefined {
  if (text === undefined) return { line, raw: '', error: `the row is longer than ${MAX_ROW} bytes; set less at once` }
  const raw = line === 1 ? text.replace(/^\uFEFF/, '') : text
  if (raw.trim() === '') return undefined
  if (raw.includes('�')) return { line, raw, error: NOT_UTF8 }
  let json: unknown
  try {
    json = JSON.parse(raw)
  } catch {
    return { line, raw, error: 'the row is not JSON; write one object a line' }
  }
  if (!isObject(json)) return { line, raw, error: 'expected an object like {"visitor":"…","set":{"tier":"gold"}}' }
  if (isObject(getOwn(json, 'set'))) return { line, raw, body: raw }
  const body = flatBody(json, options)
  return body.ok ? { line, raw, body: body.value } : { line, raw, error: body.error }
}

async function* ndjsonRows(options: ImportRowsOptions): AsyncGenerator<ImportRow, void, void> {
  const asked = parseColumns(options.columns)
  if (!asked.ok) throw new ImportFileError(`${asked.error}.`)
  const splitter = createLineSplitter(MAX_ROW)
  let line = 0
  function* rows(lines: readonly SplitLine[]) {
    for (const one of lines) {
      const row = toRow(one, ++line, options)
      if (row) yield row
    }
  }
  for await (const chunk of checked(options.chunks)) yield* rows(splitter.push(chunk))
  yield* rows(splitter.end())
}

/**
 * The rows of a file, one after the other: of CSV whose first line names the columns, or of lines of JSON, `{visitor|user, set}` or
 * flat. Throws an `ImportFileError` where the file as a whole cannot be read so.
 */
export const importRows = (options: ImportRowsOptions): AsyncGenerator<ImportRow, void, void> =>
  options.format === 'csv' ? csvRows(options) : ndjsonRows(options)
