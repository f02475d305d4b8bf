import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import type { Column, Row } from './columns.ts'

/** Writes Parquet a row group at a time, and keeps of what it has written only what the footer has to say. */
export interface Parquet {
  /** The bytes of one row group; of the first, with what begins a file. */
  write(rows: readonly Row[]): Uint8Array
  /** The last bytes of the file. */
  finish(): Uint8Array
}

const toCell = (type: Column['type'], value: unknown): unknown => {
  if (value === undefined || value === null) return null
  if (type === 'TIMESTAMP') return new Date(value as number)
  return type === 'INT64' ? BigInt(value as number) : value
}

/** https://parquet.apache.org/docs/file-format/, compressed with Snappy, which every reader knows. */
export function createParquet(columns: readonly Column[]): Parquet {
  const writer = new ByteWriter()
  const schema = schemaFromColumnData({
    columnData: columns.map(({ name, type, isNullable = false }) => ({ name, type, nullable: isNullable, data: [] })),
  })
  const parquet = new ParquetWriter({ writer, schema, createdBy: 'unblink' })

  /** Offsets in the file count on, the buffer begins anew. */
  const take = (): Uint8Array => {
    const bytes = Uint8Array.from(writer.getBytes())
    ;(writer as unknown as { index: number }).index = 0 // Of the class, and not in the interface that it is typed by.
    return bytes
  }

  return {
    write(rows) {
      const columnData = columns.map(({ name, type, isVaried }) => ({
        name,
        data: rows.map((row) => toCell(type, row[name])),
        ...(isVaried ? { encoding: 'PLAIN' as const } : {}),
      }))
      void parquet.write({ columnData, rowGroupSize: Math.max(1, rows.length) }) // Synchronous: nothing is to be flushed.
      return take()
    },
    finish() {
      void parquet.finish()
      return take()
    },
  }
}
