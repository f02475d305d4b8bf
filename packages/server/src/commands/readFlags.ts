import { parseArgs, type ParseArgsConfig } from 'node:util'
import { getMessage } from '../log.ts'
import { getClosest } from '../site/getClosest.ts'
import { UsageError } from './UsageError.ts'

type Options = NonNullable<ParseArgsConfig['options']>

export interface Flags<T extends Options> {
  readonly flags: ReturnType<typeof parseArgs<{ options: T; strict: true; allowPositionals: boolean }>>['values']
  readonly name: string | undefined
}

/** Reads the options of a command, and at most one word beside them where `mayName` allows it. Throws a UsageError. */
export function readFlags<T extends Options>(args: string[], options: T, mayName = false): Flags<T> {
  try {
    const { values, positionals } = parseArgs({ args, options, strict: true, allowPositionals: mayName })
    if (positionals.length > 1)
      throw new Error(`Expected one word beside the options, got ${positionals.join(' and ')}.`)
    // A variable of the shell that is not set is an empty word; whoever wrote it has said nothing.
    return { flags: values, name: positionals[0] || undefined }
  } catch (error) {
    // Node's own words go on to speak of positional arguments.
    const unknown = /^Unknown option '--([^'=]+)'/.exec(getMessage(error))?.[1]
    if (unknown === undefined) throw new UsageError(getMessage(error))
    const closest = getClosest(unknown, Object.keys(options))
    throw new UsageError(`Unknown option '--${unknown}'${closest ? `; did you mean --${closest}?` : '.'}`)
  }
}
