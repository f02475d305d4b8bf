import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createWalSync } from './createWalSync.ts'
import { openDatabase } from './openDatabase.ts'

test('files that cannot be looked at are not said to be removed, and count as not synced', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unblink-sync-'))
  const database = openDatabase(folder)
  const sync = createWalSync(database)
  const start = () => new Promise<Error | null>((resolve) => sync.start(resolve))
  expect(await start()).toBeNull()
  await rm(join(folder, 'unblink.db'))
  await symlink('unblink.db', join(folder, 'unblink.db'))
  expect(await start()).toMatchObject({ code: 'ELOOP' })
  expect(() => sync.now()).toThrow('ELOOP')
  sync.close()
  database.close()
  await rm(folder, { recursive: true })
})
