import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase, type Database } from '../store/openDatabase.ts'
import { UsageError } from './UsageError.ts'

/** The database of a data folder, which has to be there. A server may be running on it. Throws a UsageError. */
export function openLog(folder: string | undefined): Database.Database {
  if (folder === undefined) throw new UsageError('Say where the database is: --data DIR, as given to unblink serve.')
  if (!existsSync(join(folder, 'unblink.db')))
    throw new UsageError(`--data ${folder}: there is no unblink.db. Give the folder that unblink serve was given.`)
  return openDatabase(folder)
}
