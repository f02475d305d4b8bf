import * as path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout's top folder, absolute. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** An absolute path below the checkout's top folder. */
export const fromRoot = (...parts) => path.join(root, ...parts)
