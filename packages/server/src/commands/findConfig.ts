import { existsSync } from 'node:fs'
import { UsageError } from './UsageError.ts'

const NAMES = ['unblink.config.ts', 'unblink.config.js', 'unblink.config.mjs', 'unblink.config.json']

/** The config that was named, or the one in this folder. Throws a UsageError when there is neither. */
export function findConfig(named: string | undefined): string {
  const file = named ?? NAMES.find((name) => existsSync(name))
  if (file !== undefined) return file
  throw new UsageError(`There is no ${NAMES[0]} in this folder. Say which site to use: --config FILE.`)
}
