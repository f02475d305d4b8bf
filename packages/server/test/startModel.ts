import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const SERVER = fileURLToPath(new URL('../../../examples/model/server.mjs', import.meta.url))

/** The example's model server, in a process of its own. */
export interface RunningModel {
  readonly url: string
  /** Stops it from answering, with its connections open, and lets it go on. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

export async function startModel({ port = 0 } = {}): Promise<RunningModel> {
  const child = spawn(process.execPath, [SERVER, '--port', String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  return {
    url: /http:\S+/.exec(line)![0],
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
