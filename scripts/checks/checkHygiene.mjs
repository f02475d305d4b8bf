import { readFileSync, statSync } from 'node:fs'
import { fromRoot } from '../lib/fromRoot.mjs'
import { listFiles } from '../lib/listFiles.mjs'

// Each pattern is written so that it does not match its own line.
const PATTERNS = [
  [/\.\.\/share[d]\b/, 'a folder outside the project'],
  [/(^|[\s'"`(=:])\/(wor[k]|roo[t]|tm[p]|var\/tm[p])\//, 'a path of one machine; use a relative path, or os.tmpdir()'],
  [/\/(Use[r]s|hom[e])\/[a-z]/, "a path of somebody's machine"],
  [/[c]laude|anthropi[c]/i, 'a tool of the workplace'],
  [/registr[y]\.[a-z]+\.[a-z]{2,}|de[b]\.debian\.org/, 'a host of a package registry; name packages, not hosts'],
  [/^(<{7}|>{7}) /, 'a conflict mark'],
]

const BINARY = /\.(png|jpe?g|gif|ico|webp|avif|woff2?|ttf|br|gz|zip|pdf|mp4|webm)$/i
const MAX_BYTES = 2 * 1024 * 1024

/** What in a file's text must not be in the project: `['3: a conflict mark', …]`. */
export const findUnwanted = (text) =>
  text
    .split('\n')
    .flatMap((line, index) =>
      PATTERNS.filter(([pattern]) => pattern.test(line)).map(([, what]) => `${index + 1}: ${what}`),
    )

/** No paths of one machine, no places outside the project, no conflict marks in any file. */
export async function checkHygiene() {
  const files = listFiles().filter((file) => !BINARY.test(file))
  const found = files.flatMap((file) => {
    try {
      if (statSync(fromRoot(file)).size > MAX_BYTES) return []
      return findUnwanted(readFileSync(fromRoot(file), 'utf8')).map((what) => `${file}:${what}`)
    } catch {
      return [] // deleted, but not yet committed as such
    }
  })
  return {
    problem: found.join('\n'),
    fix: 'Say it without the place, or build the path at run time.',
    note: `${files.length} files`,
  }
}
