import type { AnyEvent, EventType } from '@unblink/protocol'
import Database from 'libsql'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export type EventOf<T extends EventType> = Extract<AnyEvent, { t: T }>

/** What a site's database answers, read from the file itself: what the collector says it stored is what is there. */
export function queryStored(dataDir: string, sql: string, ...values: readonly unknown[]): readonly unknown[] {
  const database = new Database(join(dataDir, 'unblink.db'), { readonly: true })
  try {
    return database.prepare(sql).all(...values)
  } finally {
    database.close()
  }
}

/** What the collector has stored of this type, in the order in which it happened. */
export const readEvents = <T extends EventType>(dataDir: string, type: T): readonly EventOf<T>[] =>
  (
    queryStored(dataDir, 'SELECT view, at, location, payload FROM events WHERE type = ? ORDER BY view, seq', type) as {
      view: string
      at: number
      location: string
      payload: string
    }[]
  ).map(({ view, at, location, payload }) => ({
    pv: view,
    t: type,
    at,
    lo: location,
    p: JSON.parse(payload) as unknown,
  })) as unknown as readonly EventOf<T>[]

/** Waits until one satisfies; fails with what there is instead. */
export async function waitForEvent<T>(
  read: () => readonly T[],
  satisfies: (event: T) => boolean = () => true,
): Promise<T> {
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(50)) {
    const found = read().find(satisfies)
    if (found) return found
  }
  throw new Error(`No such event was stored. Stored: ${JSON.stringify(read(), null, 1)}`)
}
