import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'

/**
 * Writes a file so that nobody ever reads half of it, and not at all when it already holds these bytes: its time stamp
 * then stays, and with it every later incremental step. Returns whether it wrote.
 */
export function writeAtomic(file, content) {
  const bytes = Buffer.from(content)
  try {
    if (readFileSync(file).equals(bytes)) return false
  } catch {
    mkdirSync(path.dirname(file), { recursive: true })
  }
  const temporary = `${file}.${process.pid}.part`
  writeFileSync(temporary, bytes)
  renameSync(temporary, file)
  return true
}
