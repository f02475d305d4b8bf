import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { fail, isObject, type Result } from '@unblink/protocol'
import { createJiti } from 'jiti'
import { defineSite } from './defineSite.ts'
import { parseSite } from './parseSite.ts'
import type { Site } from './site.ts'

const getMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error))

async function readConfig(path: string): Promise<unknown> {
  if (extname(path) === '.json') return JSON.parse(await readFile(path, 'utf8'))
  // The config's `defineSite` is this server's own, so that a config needs no installed package beside it.
  const jiti = createJiti(import.meta.url, {
    moduleCache: false,
    virtualModules: { '@unblink/server': { defineSite } },
  })
  const module: unknown = await jiti.import(path)
  return isObject(module) && 'default' in module ? module['default'] : undefined
}

/** Reads and checks `unblink.config.ts` (also `.js`, `.mjs`, `.json`). Never throws; the error names the file. */
export async function loadSite(file: string): Promise<Result<Site>> {
  const path = resolve(file)
  let config: unknown
  try {
    config = await readConfig(path)
  } catch (error) {
    const isMissing =
      (error as NodeJS.ErrnoException).code === 'ENOENT' || /Cannot find module '?[^']*'?/.test(getMessage(error))
    return fail(
      isMissing
        ? `${file}: cannot be found (${getMessage(error).split('\n')[0]}). Check the path and what the file imports.`
        : `${file}: cannot be read: ${getMessage(error)}`,
    )
  }
  if (config === undefined) return fail(`${file}: has no default export. End it with: export default defineSite({ … })`)
  const site = parseSite(config)
  return site.ok ? site : fail(site.error.replace(/^/gm, `${file}: `))
}
