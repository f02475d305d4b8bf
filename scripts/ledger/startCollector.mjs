import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'

const script = fileURLToPath(new URL('collector.mjs', import.meta.url))

/** Runs the collector in a process of its own on one database, always on the same port. */
export async function startCollector(dataDir, ledgerUrl) {
  let child
  let port = 0
  let mode = 'answer'
  const start = async () => {
    child = fork(script, [dataDir, String(port), ledgerUrl], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const died = once(child, 'exit').then(([code]) => {
      throw new Error(`The collector ended with ${code} before it answered.`)
    })
    died.catch(() => {}) // afterwards it ends when we say so
    ;[port] = await Promise.race([once(child, 'message'), died])
    child.send(mode)
  }
  const kill = async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  await start()
  return {
    url: `http://127.0.0.1:${port}/`,
    setMode(next) {
      mode = next
      // One that has died tells itself, by what pages then do not get.
      if (child.connected) child.send(mode)
    },
    start,
    kill,
    /** The entries that are on disk, read from the database file itself: each as often as it is there. */
    readEntries() {
      const database = new Database(`${dataDir}/unblink.db`, { readonly: true })
      try {
        const rows = database.prepare(`SELECT payload FROM events WHERE type = 'custom'`).all()
        return rows.map(({ payload }) => JSON.parse(payload).props.entry)
      } finally {
        database.close()
      }
    },
  }
}
