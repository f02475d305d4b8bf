import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** A screen without hardware, on a display number of its own. */
export interface Display {
  /** Value for `DISPLAY`, such as `:3`. */
  readonly name: string
  /** Pixels. */
  readonly width: number
  readonly height: number
  /** File which the X server maps into memory and draws into; reading it reads the screen. */
  readonly framebuffer: string
  /** The environment for a browser that shall open its window here. */
  readonly env: Record<string, string>
  /** Ends the X server and deletes its file. Close the browsers first. */
  close(): Promise<void>
}

export interface DisplayOptions {
  /** Pixels. @default 1280 */
  readonly width?: number
  /** Pixels. @default 900 */
  readonly height?: number
  /** The X server. @default 'Xvfb', found on PATH */
  readonly command?: string
}

const START_TIMEOUT_MS = 15_000

/** Starts Xvfb with its screen in a file, and resolves when it accepts connections. Throws when Xvfb is missing or does not start. Linux only. */
export async function startDisplay({
  width = 1280,
  height = 900,
  command = 'Xvfb',
}: DisplayOptions = {}): Promise<Display> {
  // In memory where the system has a place for that: a screen drawn 60 times a second should not reach a disk.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'unblink-screen-'))
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  const screen = ['-screen', '0', `${width}x${height}x24`, '-fbdir', folder]
  // The X server picks a free display number itself and writes it to descriptor 3, so parallel runs cannot collide.
  // No cursor: it would be drawn into the screen. No reset: else the screen is wiped when its last window closes.
  const options = ['-displayfd', '3', '-nolisten', 'tcp', '-noreset', '-nocursor', '-s', '0']
  const server = spawn(command, [...screen, ...options], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const killAtExit = () => server.kill('SIGKILL')
  process.once('exit', killAtExit)
  try {
    const name = `:${await readDisplayNumber(server)}`
    const { WAYLAND_DISPLAY: _, ...environment } = process.env
    return {
      name,
      width,
      height,
      framebuffer: join(folder, 'Xvfb_screen0'),
      env: { ...definedOnly(environment), DISPLAY: name },
      async close() {
        process.off('exit', killAtExit)
        if (server.exitCode === null && server.signalCode === null) {
          const ended = once(server, 'exit')
          server.kill('SIGTERM')
          await ended
        }
        removeFolder()
      },
    }
  } catch (error) {
    process.off('exit', killAtExit)
    server.kill('SIGKILL')
    removeFolder()
    throw error
  }
}

function readDisplayNumber(server: ChildProcess): Promise<number> {
  const output = server.stdio[3] as Readable // opened as a pipe above
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () =>
        reject(new Error(`[unblink] Xvfb did not start within ${START_TIMEOUT_MS} ms. Start it by hand to see why.`)),
      START_TIMEOUT_MS,
    )
    let text = ''
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (!text.includes('\n')) return
      clearTimeout(timer)
      resolve(Number(text.trim()))
    })
    server.once('error', (error) => {
      clearTimeout(timer)
      reject(
        new Error('[unblink] Xvfb could not be started. Install it (Debian: xvfb) or pass its path as command.', {
          cause: error,
        }),
      )
    })
    server.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`[unblink] Xvfb ended at once with code ${code}. Start it by hand to see why.`))
    })
  })
}

function definedOnly(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
