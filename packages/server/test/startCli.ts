import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Bundled from the sources before each run of the tests: see scripts/lib/buildBeforeTests.mjs. */
const CLI = fileURLToPath(new URL('../../../.cache/cli/cli.js', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Running {
  readonly child: ChildProcess
  /** What it has printed, so far. */
  readonly output: { out: string; err: string }
  readonly ended: Promise<Ended>
}

/** What starts `unblink`, to be followed by its arguments. */
export const getCliCommand = (): readonly string[] => [process.execPath, CLI]

/** The command `unblink` as a user runs it, in a process of its own; in this folder unless another is named. */
export function startCli(args: readonly string[], folder?: string): Running {
  const [node, ...command] = getCliCommand()
  const child = spawn(node!, [...command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(folder === undefined ? {} : { cwd: folder }),
  })
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }))
  return { child, output, ended }
}

export const runCli = (args: readonly string[], folder?: string): Promise<Ended> => startCli(args, folder).ended

/** Waits for the line that tells the address; throws with what was printed when the process ends instead. */
export async function getUrl({ child, output, ended }: Running): Promise<string> {
  const end = ended.then(({ code, err }) => {
    throw new Error(`ended with ${code}: ${err}`)
  })
  end.catch(() => undefined) // later ends are expected
  for (;;) {
    const url = /at (http:\/\/\S+?),?\s/.exec(output.out)?.[1]
    if (url) return url
    await Promise.race([once(child.stdout!, 'data'), end])
  }
}
