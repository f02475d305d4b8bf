import { accessSync, constants, statSync } from 'node:fs'
import * as path from 'node:path'

const isExecutable = (file) => {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false // absent or not ours to run: the same to the caller
  }
}

/** The first of these that can be run: absolute paths as they are, names looked up on PATH. */
export function findOnPath(names, searchPath = process.env.PATH ?? '') {
  const endings = process.platform === 'win32' ? ['', '.exe', '.cmd'] : ['']
  const folders = searchPath.split(path.delimiter).filter(Boolean)
  for (const name of names) {
    const places = path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name))
    const found = places.flatMap((place) => endings.map((ending) => place + ending)).find(isExecutable)
    if (found) return found
  }
  return undefined
}
