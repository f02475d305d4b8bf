import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import * as path from 'node:path'
import { root } from './fromRoot.mjs'

const SKIPPED = new Set(['.git', 'node_modules', 'dist', '.cache', '.data', 'results'])

const walk = (folder) =>
  readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return []
    const file = folder ? `${folder}/${entry.name}` : entry.name
    return entry.isDirectory() ? walk(file) : [file]
  })

/** The project's own files, relative to the top folder: what git tracks or would; all but the usual folders without git. */
export function listFiles() {
  const args = ['ls-files', '-co', '--exclude-standard', '-z']
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return status === 0 ? stdout.split('\0').filter(Boolean) : walk('')
}
