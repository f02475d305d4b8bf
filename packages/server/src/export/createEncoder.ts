import { COLUMNS, type Column, type Dataset, type Row } from './columns.ts'
import { createParquet } from './createParquet.ts'

export const FORMATS = ['ndjson', 'parquet'] as const
export type Format = (typeof FORMATS)[number]

export const isFormat = (name: string | undefined): name is Format => FORMATS.some((one) => one === name)

/** Makes one file of rows, piece by piece. */
export interface Encoder {
  /** May be empty: what it has kept comes with a later one. */
  push(rows: readonly Row[]): Uint8Array
  /** The rest of the file. */
  end(): Uint8Array
}

const toLine = (columns: readonly Column[], row: Row): string => {
  const entries = columns.map(({ name, type }) => {
    const value = row[name]
    if (value === undefined || value === null) return [name, null]
    return [name, type === 'TIMESTAMP' ? new Date(value as number).toISOString() : value]
  })
  return `${JSON.stringify(Object.fromEntries(entries))}\n`
}

const createNdjson = (columns: readonly Column[]): Encoder => ({
  push: (rows) => Buffer.from(rows.map((row) => toLine(columns, row)).join('')),
  end: () => new Uint8Array(),
})

function createGrouped(columns: readonly Column[], groupRows: number): Encoder {
  const parquet = createParquet(columns)
  let kept: Row[] = []
  const writeGroups = (isLast: boolean): Uint8Array => {
    const pieces: Uint8Array[] = []
    while (kept.length >= groupRows || (isLast && kept.length > 0)) {
      pieces.push(parquet.write(kept.slice(0, groupRows)))
      kept = kept.slice(groupRows)
    }
    return Buffer.concat(pieces)
  }
  return {
    push(rows) {
      kept.push(...rows)
      return kept.length >= groupRows ? writeGroups(false) : new Uint8Array()
    },
    end: () => Buffer.concat([writeGroups(true), parquet.finish()]),
  }
}

/** @param groupRows Rows of a row group, which is what Parquet keeps in memory. */
export const createEncoder = (dataset: Dataset, format: Format, groupRows: number): Encoder =>
  format === 'parquet' ? createGrouped(COLUMNS[dataset], groupRows) : createNdjson(COLUMNS[dataset])
