import { join } from 'node:path'
import type { Dataset, Row } from './columns.ts'
import { createEncoder, type Encoder, type Format } from './createEncoder.ts'
import type { Page } from './createPages.ts'
import { createPart, publishPart, type Part } from './createPart.ts'

export interface PartsInput {
  readonly folder: string
  readonly dataset: Dataset
  readonly format: Format
  readonly isCompressed: boolean
  readonly pages: Iterable<Page> | AsyncIterable<Page>
  /** What a row of a profile is dated by, epoch milliseconds; events are by when they were received. */
  readonly now: number
  /** Makes a file that is whole visible, and notes how far it goes. @default makes it visible */
  readonly commit?: (part: Part, cursor: number) => Promise<void>
  readonly onPage?: (rows: number, share: number) => void
  /** Of one file. @default 1 000 000 */
  readonly maxRows?: number
  /** Of a row group of Parquet, which is kept in memory. @default 20 000 */
  readonly groupRows?: number
}

export interface Written {
  readonly files: number
  readonly rows: number
  readonly bytes: number
}

interface OpenPart {
  readonly part: Part
  readonly encoder: Encoder
  readonly day: string
  rows: number
  cursor: number
}

const toDay = (at: number) => new Date(at).toISOString().slice(0, 10)

const getExtension = (format: Format, isCompressed: boolean) =>
  format === 'parquet' ? 'parquet' : isCompressed ? 'ndjson.gz' : 'ndjson'

/**
 * Writes rows into files by day, `<folder>/<dataset>/date=2030-01-31/part-<position of its first row>.<format>`, one at a time
 * and each visible only when it is whole. Which rows come into which file depends on the rows alone.
 */
export async function writeParts(input: PartsInput): Promise<Written> {
  const { folder, dataset, format, isCompressed, pages, now, maxRows = 1_000_000, groupRows = 20_000 } = input
  const { commit = (part: Part) => publishPart(part), onPage = () => {} } = input
  const total = { files: 0, rows: 0, bytes: 0 }
  let open: OpenPart | undefined

  const write = async ({ part }: OpenPart, bytes: Uint8Array) => {
    total.bytes += bytes.length
    await part.write(bytes)
  }

  const begin = async (row: Row, day: string): Promise<OpenPart> => {
    const first = String((row['position'] as number | undefined) ?? total.rows + 1).padStart(12, '0')
    const path = join(folder, dataset, `date=${day}`, `part-${first}.${getExtension(format, isCompressed)}`)
    const part = await createPart(path, isCompressed)
    return { part, encoder: createEncoder(dataset, format, groupRows), day, rows: 0, cursor: 0 }
  }

  const end = async (one: OpenPart) => {
    await write(one, one.encoder.end())
    await one.part.close()
    await commit(one.part, one.cursor)
    total.files++
  }

  const add = async (rows: readonly Row[], day: string) => {
    for (let index = 0; index < rows.length;) {
      if (open && (open.day !== day || open.rows >= maxRows)) {
        await end(open)
        open = undefined
      }
      open ??= await begin(rows[index]!, day)
      const taken = rows.slice(index, index + maxRows - open.rows)
      await write(open, open.encoder.push(taken))
      open.rows += taken.length
      open.cursor = Number(taken.at(-1)?.['position'] ?? 0)
      total.rows += taken.length
      index += taken.length
    }
  }

  for await (const { rows, share } of pages) {
    for (let from = 0; from < rows.length;) {
      const day = toDay((rows[from]!['received'] as number | undefined) ?? now)
      let to = from + 1
      while (to < rows.length && toDay((rows[to]!['received'] as number | undefined) ?? now) === day) to++
      await add(rows.slice(from, to), day)
      from = to
    }
    onPage(total.rows, share)
  }
  if (open) await end(open)
  return total
}
