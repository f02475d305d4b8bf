import { createReadStream, existsSync, statSync } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UsageError } from './UsageError.ts'

/** A file as it is read. */
export interface ImportFile {
  readonly chunks: AsyncIterable<Uint8Array>
  readonly format: 'csv' | 'ndjson'
  /** 0 to 1, as far as was read; undefined where nobody knows how much there is. */
  readonly getShare: () => number | undefined
}

const FORMATS: Readonly<Record<string, 'csv' | 'ndjson'>> = {
  csv: 'csv',
  tsv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
}

function getFormat(name: string, asked: string | undefined): 'csv' | 'ndjson' {
  if (asked === 'csv' || asked === 'ndjson') return asked
  if (asked !== undefined) throw new UsageError(`--format ${asked}: expected csv or ndjson.`)
  const extension = /\.(\w+)$/.exec(name.replace(/\.gz$/i, ''))?.[1]?.toLowerCase() ?? ''
  const format = FORMATS[extension]
  if (format) return format
  throw new UsageError(
    name === '-'
      ? 'Say what comes on the standard input: --format csv or --format ndjson.'
      : `${name}: its name does not tell what it is. Add --format csv or --format ndjson.`,
  )
}

/** Opens what is to be imported: a file, one that is packed with gzip (`.gz`), or `-` for the standard input. Throws a UsageError. */
export function openImportFile(name: string, askedFormat: string | undefined): ImportFile {
  const format = getFormat(name, askedFormat)
  if (name === '-') return { chunks: process.stdin, format, getShare: () => undefined }
  if (!existsSync(name)) throw new UsageError(`There is no ${name}. Name a file, or - for the standard input.`)
  const { size } = statSync(name)
  const file = createReadStream(name, { highWaterMark: 64 * 1024 })
  const getShare = () => (size === 0 ? undefined : Math.min(1, file.bytesRead / size))
  if (!/\.gz$/i.test(name)) return { chunks: file, format, getShare }
  const unpacked = createGunzip()
  // The error comes again to whoever reads.
  pipeline(file, unpacked, () => undefined)
  return { chunks: unpacked, format, getShare }
}
