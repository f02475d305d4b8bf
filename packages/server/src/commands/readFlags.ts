import { parseArgs, type ParseArgsConfig } from 'node:util'
import { getMessage } from '../log.ts'
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
    if (positionals.length > 1) throw new Error(`Expected one config, got ${positionals.join(' and ')}.`)
    return { flags: values, name: positionals[0] }
  } catch (error) {
    throw new UsageError(getMessage(error))
  }
}
