import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const toPath = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Runs TypeScript as it is, so that no build can be stale. */
const JITI = join(dirname(createRequire(import.meta.url).resolve('jiti/package.json')), 'lib/jiti-cli.mjs')
const CLI = toPath('../src/cli.ts')
const SOURCES = Object.fromEntries(
  ['protocol', 'snippet', 'decide', 'decide/explain', 'decide/rank', 'decide/template'].map((name) => {
    const [folder, ...path] = name.split('/')
    return [`@unblink/${name}`, toPath(['../..', folder, 'src', ...path, 'index.ts'].join('/'))]
  }),
)

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
export const getCliCommand = (): { readonly command: readonly string[]; readonly env: Record<string, string> } => ({
  command: [process.execPath, JITI, CLI],
  env: { JITI_ALIAS: JSON.stringify(SOURCES) },
})

/** The command `unblink` as a user runs it, in a process of its own; in this folder unless another is named. */
export function startCli(args: readonly string[], folder?: string): Running {
  const { command, env } = getCliCommand()
  const child = spawn(command[0]!, [...command.slice(1), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
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
