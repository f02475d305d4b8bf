import { watch } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { checkSite, type CheckedSite } from './checkSite.ts'

const SOURCES = ['.ts', '.mts', '.js', '.mjs', '.json', '.svg', '.html']

export interface WatchInput {
  readonly file: string
  /** What the file says now: sound or not. Called once for each change, never for two at a time. */
  readonly onChange: (checked: CheckedSite) => void
  /** How long nothing must change before it is read: editors write in several steps. @default 100 */
  readonly settleMs?: number | undefined
  /** Nothing is watched any more. */
  readonly onError: (error: Error) => void
}

/**
 * Reads a config again whenever it changes, or a source beside it that it may import. Returns its undo.
 */
export function watchSite({ file, onChange, settleMs = 100, onError }: WatchInput): () => void {
  let timer: NodeJS.Timeout | undefined
  let reading = Promise.resolve()
  let isStopped = false

  const readAgain = () => {
    reading = reading.then(async () => {
      if (isStopped) return
      const checked = await checkSite(file, Date.now())
      if (!isStopped) onChange(checked)
    })
  }
  // The folder, not the file: a file that is replaced is another one, and watching the first would hear no more.
  const watcher = watch(dirname(resolve(file)), (_kind, name) => {
    if (name !== null && !SOURCES.includes(extname(name))) return
    clearTimeout(timer)
    timer = setTimeout(readAgain, settleMs)
  })
  watcher.on('error', onError)
  return () => {
    isStopped = true
    clearTimeout(timer)
    watcher.close()
  }
}
