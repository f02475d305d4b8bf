import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ExampleServer, Place } from './startExample.ts'

export interface ExampleCommand<Flag extends string> {
  /** Under `examples`; the database is in the folder of `.data` that is called the same. */
  readonly folder: string
  /** What is typed to run it. @default 'npm start -w examples/FOLDER [-- FLAGS]' */
  readonly command?: string
  /** Of the made-up company. */
  readonly name: string
  /** What `--help` tells about it. */
  readonly about: string
  /** Where it listens unless it is told otherwise. */
  readonly port: number
  /** Switches of its own, and what they do. */
  readonly flags?: Readonly<Record<Flag, string>>
  readonly start: (place: Required<Place>, isOn: Readonly<Record<Flag, boolean>>) => Promise<ExampleServer>
  /** @default what the process was given */
  readonly args?: readonly string[]
}

const formatRows = (rows: readonly (readonly [string, string])[], indent = ''): string => {
  const width = Math.max(...rows.map(([first]) => first.length))
  return rows.map(([first, second]) => `${indent}${first.padEnd(width)}  ${second}`).join('\n')
}

/** Throws when the text is not a port. */
function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`"${text}" is not a port. Give a whole number up to 65535.`)
  return port
}

function fail(error: unknown) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

async function run<Flag extends string>({
  folder,
  command = `npm start -w examples/${folder} [-- FLAGS]`,
  name,
  about,
  port,
  flags,
  start,
  args = process.argv.slice(2),
}: ExampleCommand<Flag>) {
  const own = Object.entries<string>(flags ?? {}) as [Flag, string][]
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: String(port) },
      data: { type: 'string', default: fileURLToPath(new URL(`../../../.data/${folder}`, import.meta.url)) },
      host: { type: 'string', default: '127.0.0.1' },
      help: { type: 'boolean', default: false },
      ...Object.fromEntries(own.map(([flag]) => [flag, { type: 'boolean', default: false } as const])),
    },
  })
  if (values.help) {
    const rows = [
      ['--port N', `the port; 0 takes a free one (${port})`],
      ['--data DIR', `where the database lives (.data/${folder} at the top of the repository)`],
      ['--host NAME', 'the address to listen at (127.0.0.1); anything else lets others on the network in'],
      ...own.map(([flag, text]) => [`--${flag}`, text] as const),
      ['--help', 'this text'],
    ] as const
    return console.log(`Usage: ${command}\n\n${about}\n\n${formatRows(rows, '  ')}`)
  }
  const dataDir = resolve(values.data)
  const given = values as Readonly<Record<string, unknown>>
  const isOn = Object.fromEntries(own.map(([flag]) => [flag, given[flag] === true])) as Record<Flag, boolean>
  const server = await start({ port: parsePort(values.port), host: values.host, dataDir }, isOn)
  const addresses = [
    [name, `${server.url}/`],
    ['Live view', `${server.url}/u/live`],
    ['Database', dataDir],
  ] as const
  console.log(`${formatRows(addresses)}\nCtrl-C stops everything.`)
  const end = () => {
    // The second signal is impatience.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end)
    void server.close().then(() => process.exit(0), fail)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
}

/** An example's command line: runs until it is told to stop. What is wrong ends the process, and is told in a line. */
export const runExample = <Flag extends string = never>(command: ExampleCommand<Flag>): Promise<void> =>
  run(command).catch(fail)
