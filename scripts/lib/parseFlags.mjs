import * as util from 'node:util'

/**
 * Reads a command's arguments. `--help` prints `usage` and ends with 0; an unknown or malformed flag prints one line and
 * ends with 2. `options` is that of `util.parseArgs`. With `passthrough`, unknown flags are kept in `rest` for the tool
 * behind the command.
 */
export function parseFlags({
  usage,
  options = {},
  positionals = false,
  passthrough = false,
  args = process.argv.slice(2),
}) {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage.trim())
    process.exit(0)
  }
  if (passthrough) return splitKnown(options, args)
  try {
    const parsed = util.parseArgs({ args, options, allowPositionals: positionals })
    return { flags: { ...parsed.values }, positionals: parsed.positionals, rest: [] }
  } catch (error) {
    console.error(`${error.message} (--help lists what there is)`)
    return process.exit(2)
  }
}

function splitKnown(options, args) {
  const { tokens } = util.parseArgs({ args, options, strict: false, tokens: true })
  const flags = {}
  const taken = new Set()
  for (const token of tokens) {
    if (token.kind !== 'option' || !(token.name in options)) continue
    const { type, multiple } = options[token.name]
    const value = type === 'boolean' ? true : token.value
    flags[token.name] = multiple ? [...(flags[token.name] ?? []), value] : value
    taken.add(token.index)
    if (type === 'string' && !token.inlineValue) taken.add(token.index + 1)
  }
  return { flags, positionals: [], rest: args.filter((_, index) => !taken.has(index)) }
}
