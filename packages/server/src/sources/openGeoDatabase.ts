import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { getOwn, isObject } from '@unblink/protocol'
import { Reader, type Response } from 'maxmind'
import { getMessage, type Log } from '../log.ts'
import { GeoError } from './GeoError.ts'
import { toCity, toCountry, toRegion, type GeoFacts } from './readGeoHeaders.ts'

const GZIP = 0x1f8b

/** An IP database in the format of MaxMind, https://maxmind.github.io/MaxMind-DB/ */
export interface GeoDatabase {
  /** Where an address is; undefined where the database does not tell. Never throws. */
  find(address: string): GeoFacts | undefined
  /** When the database was made, epoch seconds. */
  readonly builtAt: number
  /** Stops watching the file. */
  close(): void
}

export interface GeoDatabaseOptions {
  readonly file: string
  readonly log: Log
  /** How long the file must not change before it is read again. @default 500 */
  readonly settleMs?: number | undefined
}

const step = (value: unknown, name: string | number): unknown => {
  if (Array.isArray(value)) return typeof name === 'number' ? (value as readonly unknown[])[name] : undefined
  return isObject(value) ? getOwn(value, String(name)) : undefined
}
const at = (value: unknown, ...path: readonly (string | number)[]): unknown => path.reduce(step, value)

/** Records of MaxMind and of DB-IP, and the flat ones of IPinfo. */
function toFacts(record: unknown): GeoFacts | undefined {
  const country = [at(record, 'country', 'iso_code'), at(record, 'country_code'), at(record, 'country')]
    .map(toCountry)
    .find((one) => one !== undefined)
  if (country === undefined) return undefined
  const region = toRegion(at(record, 'subdivisions', 0, 'iso_code') ?? at(record, 'region_code'), country)
  const city = toCity(at(record, 'city', 'names', 'en') ?? at(record, 'city'))
  return { country, ...(region === undefined ? {} : { region }), ...(city === undefined ? {} : { city }) }
}

async function read(file: string): Promise<Reader<Response>> {
  const bytes = await readFile(file)
  if (bytes.length > 1 && bytes.readUInt16BE(0) === GZIP) throw new Error('it is packed; unpack it with gunzip')
  try {
    return new Reader<Response>(bytes)
  } catch (error) {
    throw new Error(`it is no MaxMind database (${getMessage(error)})`, { cause: error })
  }
}

/**
 * Opens an IP database, kept in memory, and reads it again whenever its file is replaced; one that cannot be read leaves
 * the last good one in force, and the log says so. Rejects with a GeoError when the first cannot be read.
 */
export async function openGeoDatabase({ file, log, settleMs = 500 }: GeoDatabaseOptions): Promise<GeoDatabase> {
  let reader: Reader<Response>
  try {
    reader = await read(file)
  } catch (error) {
    throw new GeoError(
      `--geo-db ${file} cannot be used: ${getMessage(error)}. Expected a file like GeoLite2-Country.mmdb.`,
    )
  }
  const tell = () => {
    const { databaseType, buildEpoch } = reader.metadata
    const message = `The IP database ${databaseType} of ${buildEpoch.toISOString().slice(0, 10)} is in force.`
    log({ level: 'info', code: 'geo_db_loaded', message, file })
  }
  let timer: NodeJS.Timeout | undefined
  let reading = Promise.resolve()
  let isClosed = false
  const readAgain = () => {
    reading = reading.then(async () => {
      try {
        const next = await read(file)
        if (isClosed) return
        reader = next
        tell()
      } catch (error) {
        const message = `The IP database has changed and cannot be read: ${getMessage(error)}. The last good one stays in force.`
        log({ level: 'error', code: 'geo_db_refused', message, file })
      }
    })
  }
  // The folder, not the file: one that is replaced is another file.
  const watcher = watch(dirname(resolve(file)), { persistent: false }, (_kind, name) => {
    if (name !== null && name !== basename(file)) return
    clearTimeout(timer)
    timer = setTimeout(readAgain, settleMs)
  })
  watcher.on('error', (error) =>
    log({
      level: 'warn',
      code: 'geo_db_unwatched',
      message: `Changes of the IP database are not seen any more: ${getMessage(error)}. Restart the server after the next.`,
      file,
    }),
  )
  tell()
  return {
    find(address) {
      try {
        return toFacts(reader.get(address))
      } catch {
        // A database of IPv4 only is asked for IPv6, or a record is damaged: nobody knows where that is.
        return undefined
      }
    },
    get builtAt() {
      return Math.round(reader.metadata.buildEpoch.getTime() / 1_000)
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      watcher.close()
    },
  }
}
