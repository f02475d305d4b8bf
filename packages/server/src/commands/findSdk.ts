import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Packages whose built files pages load. */
const FILES = ['@unblink/browser/unblink.js', '@unblink/element/unblink-element.js', '@unblink/gtm/unblink-gtm.js']

/** The folders with the SDK's files among the packages that are installed where the command runs. May be none. */
export function findSdk(): readonly string[] {
  const { resolve } = createRequire(join(process.cwd(), 'unblink.config.ts'))
  return FILES.flatMap((file) => {
    try {
      return [dirname(resolve(file))]
    } catch {
      return [] // Not installed.
    }
  })
}
