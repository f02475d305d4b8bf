import { isObject } from '@unblink/protocol'

/** One mistake, told as what it changes in a config that is sound. */
export interface Mistake {
  readonly name: string
  /** Values by their dotted paths; a dot in a name is written `\.`. */
  readonly set: Readonly<Record<string, unknown>>
  /** The path that is named, and part of what is said there. */
  readonly at: string
  readonly says: string
  /** @default 'error' */
  readonly severity?: 'warning'
}

/** The sound config with the mistake in it. */
export function applyMistake(base: unknown, { set }: Mistake): unknown {
  const config = structuredClone(base)
  for (const [path, value] of Object.entries(set)) {
    const steps = path.split(/(?<!\\)\./).map((step) => step.replaceAll('\\.', '.'))
    let target = config
    for (const step of steps.slice(0, -1)) target = (target as Record<string, unknown>)[step]
    if (!isObject(target) && !Array.isArray(target)) throw new Error(`${path}: there is nothing to change`)
    ;(target as Record<string, unknown>)[steps.at(-1)!] = value
  }
  return config
}
