import { createHmac } from 'node:crypto'
import type { Database } from '../store/openDatabase.ts'

/** Turns the id of a visitor or a user into another that stays the same and leads back to nobody. */
export type Pseudonym = (id: string) => string

/** So many characters of base64url are 132 bits: two visitors never share them. */
const LENGTH = 22

/** The key of a site's pseudonyms, as its database has it. */
export function readSalt(database: Database.Database, site: string): string {
  // Made with the site's audit; both are there from the first start.
  const row = database.prepare('SELECT salt FROM salts WHERE site = ?').get(site) as { salt: string } | undefined
  if (!row) throw new Error(`The database knows no site "${site}". Is it the data folder of this config?`)
  return row.salt
}

/**
 * A keyed hash, whose key never leaves the database (or the cluster): whoever has both can tell people apart and find them,
 * nobody else can.
 * @param purpose Other purposes give other pseudonyms, so that two receivers cannot put together what they have.
 */
export const createPseudonym =
  (salt: string, purpose: string): Pseudonym =>
  (id) =>
    createHmac('sha256', salt).update(`unblink ${purpose}\n${id}`).digest('base64url').slice(0, LENGTH)
