/** A record of a CSV file; `raw` is its text as it stands there. Lines count from 1, a record may have several. */
export type CsvRecord =
  | { readonly line: number; readonly raw: string; readonly cells: readonly string[] }
  | { readonly line: number; readonly raw: string; readonly error: string }

export interface CsvOptions {
  /** @default ',' */
  readonly delimiter?: string
  /** Of a record; a quote that is never closed would take the whole file into memory. @default 65 536 */
  readonly maxLength?: number
}

type Scanned =
  | { readonly type: 'record'; readonly cells: readonly string[]; readonly end: number; readonly next: number }
  | { readonly type: 'more' }
  | { readonly type: 'fault'; readonly error: string }

const INNER_QUOTE = 'a quote stands inside a cell; put the cell into quotes, and write "" for a quote'
const AFTER_QUOTE = 'text follows a closing quote; write "" for a quote inside a cell'
const UNCLOSED = 'a quote is not closed; close it, or write "" for a quote inside a cell'
const LONG = (max: number) => `the record is longer than ${max} characters, or a quote is not closed`

const MORE: Scanned = { type: 'more' }
const fault = (error: string): Scanned => ({ type: 'fault', error })

/** Where a quoted cell ends, and what it says. `from` is behind the opening quote. */
function scanQuoted(text: string, from: number, isLast: boolean): { value: string; at: number } | Scanned {
  let value = ''
  for (let start = from; ;) {
    const quote = text.indexOf('"', start)
    if (quote < 0) return isLast ? fault(UNCLOSED) : MORE
    if (quote + 1 === text.length && !isLast) return MORE
    value += text.slice(start, quote)
    if (text[quote + 1] !== '"') return { value, at: quote + 1 }
    value += '"'
    start = quote + 2
  }
}

/** Where the line of an unquoted cell ends: at LF, or at a CR before it. */
const isLineEnd = (text: string, at: number) =>
  text[at] === '\n' || (text[at] === '\r' && (text[at + 1] === '\n' || at + 1 === text.length))

/** Reads one record; `isLast`: nothing follows the text. */
function scanRecord(text: string, from: number, delimiter: string, isLast: boolean): Scanned {
  const cells: string[] = []
  for (let at = from; ; at++) {
    if (text[at] === '"') {
      const quoted = scanQuoted(text, at + 1, isLast)
      if ('type' in quoted) return quoted
      cells.push(quoted.value)
      at = quoted.at
    } else {
      const start = at
      while (at < text.length && text[at] !== delimiter && !isLineEnd(text, at)) at++
      const cell = text.slice(start, at)
      if (cell.includes('"')) return fault(INNER_QUOTE)
      cells.push(cell)
    }
    if (text[at] === delimiter) continue
    // A CR at the end may be half of a line end.
    if (!isLast && (at >= text.length || (text[at] === '\r' && at + 1 === text.length))) return MORE
    if (at >= text.length) return { type: 'record', cells, end: at, next: at }
    if (!isLineEnd(text, at)) return fault(AFTER_QUOTE)
    return { type: 'record', cells, end: at, next: at + (text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1) }
  }
}

const countLines = (text: string) => {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}

/**
 * Reads CSV as RFC 4180 has it (https://www.rfc-editor.org/rfc/rfc4180), also with LF alone, from text in chunks of any size,
 * and keeps no more than a record and a chunk. Empty lines are passed over. Of a record with a misplaced quote only its first
 * line is given up, as one with an `error`: the next line is read as if it began a record, so that one stray quote does not cost the
 * file. A byte order mark is the reader's, who decodes.
 */
export async function* csvRecords(
  chunks: AsyncIterable<string>,
  { delimiter = ',', maxLength = 65_536 }: CsvOptions = {},
): AsyncGenerator<CsvRecord, void, void> {
  let text = ''
  let line = 1
  /** The rest of a line too long to be kept is being passed over. */
  let isSkipping = false

  function* readOn(isLast: boolean): Generator<CsvRecord, void, void> {
    let from = 0
    while (from < text.length) {
      if (isSkipping) {
        const end = text.indexOf('\n', from)
        from = end < 0 ? text.length : end + 1
        if (end >= 0) {
          isSkipping = false
          line++
        }
        continue
      }
      const scanned = scanRecord(text, from, delimiter, isLast)
      if (scanned.type === 'record' && scanned.end - from <= maxLength) {
        const raw = text.slice(from, scanned.end)
        if (raw !== '') yield { line, raw, cells: scanned.cells }
        line += countLines(text.slice(from, scanned.next))
        from = scanned.next
        continue
      }
      if (scanned.type === 'more' && text.length - from <= maxLength) break
      const lineEnd = text.indexOf('\n', from)
      if (lineEnd < 0 && !isLast && text.length - from <= maxLength) break
      const raw = text.slice(from, lineEnd < 0 ? text.length : lineEnd).replace(/\r$/, '')
      yield { line, raw: raw.slice(0, maxLength), error: scanned.type === 'fault' ? scanned.error : LONG(maxLength) }
      isSkipping = lineEnd < 0
      if (lineEnd >= 0) line++
      from = lineEnd < 0 ? text.length : lineEnd + 1
    }
    text = text.slice(from)
  }

  for await (const chunk of chunks) {
    text += chunk
    yield* readOn(false)
  }
  yield* readOn(true)
}
