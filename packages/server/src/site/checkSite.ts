import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { isObject } from '@unblink/protocol'
import { createJiti } from 'jiti'
import { createLocator, toPlace, type Locator } from './createLocator.ts'
import { defineSite } from './defineSite.ts'
import { findDoubts } from './findDoubts.ts'
import { formatPath, type Problem } from './problem.ts'
import { readSite } from './readSite.ts'
import type { Site } from './site.ts'

/** One thing that is wrong or doubtful in a config file. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  /** As it was given. */
  readonly file: string
  /** `experiences[0].slot`; '' for the file as a whole. */
  readonly path: string
  readonly message: string
  /** From 1. Only where the file's text can tell: in JSON, and for what a parser says of its own file. */
  readonly line?: number
  readonly column?: number
}

export interface CheckedSite {
  /** Left out when there are errors. */
  readonly site?: Site
  readonly findings: readonly Finding[]
}

const getMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** `FILE:LINE:COLUMN: PATH: MESSAGE`, without what is not known. */
export function formatFinding({ severity, file, line, column, path, message }: Finding): string {
  const place = line === undefined ? file : `${file}:${line}:${column}`
  return `${place}: ${severity === 'warning' ? 'warning: ' : ''}${path ? `${path}: ` : ''}${message}`
}

type Read = { readonly value: unknown; readonly locator?: Locator } | { readonly finding: Omit<Finding, 'file'> }

const stop = (message: string, place: { readonly line?: number; readonly column?: number } = {}): Read => ({
  finding: { severity: 'error', path: '', message, ...place },
})

function readJson(text: string): Read {
  // Editors of Windows put a byte order mark first, which JSON does not know.
  const clean = text.replace(/^\uFEFF/, '')
  try {
    return { value: JSON.parse(clean), locator: createLocator(clean) }
  } catch (error) {
    const message = getMessage(error)
    const at = /at position (\d+)/.exec(message)?.[1]
    const hint = /^\s*(\/\/|\/\*)/m.test(clean) || /,\s*[}\]]/.test(clean)
    const remedy = hint
      ? ' JSON has no comments and no comma before a closing bracket; a .ts config may have both.'
      : ''
    const place = toPlace(clean, at === undefined ? clean.length : Number(at))
    return stop(`cannot be read: ${message.replace(/ \(line \d+ column \d+\)/, '')}.${remedy}`, place)
  }
}

async function readModule(path: string): Promise<Read> {
  // The config's `defineSite` is this server's own, so that a config needs no installed package beside it.
  const jiti = createJiti(import.meta.url, {
    moduleCache: false,
    virtualModules: { '@unblink/server': { defineSite } },
  })
  const module: unknown = await jiti.import(path)
  const value = isObject(module) && 'default' in module ? module['default'] : undefined
  if (value === undefined) return stop('has no default export. End it with: export default defineSite({ … })')
  if (value instanceof Promise) return { value: await (value as Promise<unknown>) }
  if (typeof value === 'function')
    return stop('exports a function. Export what it gives: export default defineSite({ … })')
  return { value }
}

async function read(path: string): Promise<Read> {
  try {
    return extname(path) === '.json' ? readJson(await readFile(path, 'utf8')) : await readModule(path)
  } catch (error) {
    const message = getMessage(error)
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' || /Cannot find module '?[^']*'?/.test(message)
    if (isMissing) return stop(`cannot be found (${message.split('\n')[0]}). Check the path and what the file imports.`)
    // What the loader says of a file that is no program; a column counts from 0 there.
    const [, what, where, line, column] = /^ParseError: ([^]*?)\s+([^\n]*):(\d+):(\d+)/.exec(message) ?? []
    if (what === undefined || resolve(where!) !== path) return stop(`cannot be read: ${message}`)
    return stop(`cannot be read: ${what}. Mend the syntax there.`, { line: Number(line), column: Number(column) + 1 })
  }
}

/**
 * Reads `unblink.config.ts` (also `.js`, `.mjs`, `.json`) and looks at all of it: what is wrong, with the place in the file
 * where it can be told, and what is allowed and hardly meant. Never rejects. `now`: epoch milliseconds.
 */
export async function checkSite(file: string, now: number): Promise<CheckedSite> {
  const config = await read(resolve(file))
  if ('finding' in config) return { findings: [{ file, ...config.finding }] }
  const { locator } = config
  const find =
    (severity: Finding['severity']) =>
    (problem: Problem): Finding => ({
      severity,
      file,
      path: formatPath(problem.path),
      message: problem.message,
      ...locator?.locate(problem.path),
    })
  const twice = (locator?.twice ?? []).map(find('error'))
  const checked = readSite(config.value)
  if (!checked.ok) return { findings: [...twice, ...checked.problems.map(find('error'))] }
  const doubts = findDoubts(checked, now).map(find('warning'))
  return twice.length > 0 ? { findings: [...twice, ...doubts] } : { site: checked.value, findings: doubts }
}
