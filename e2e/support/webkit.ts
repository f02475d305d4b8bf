import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Display, PageDriver } from '@unblink/testing'
import { findProgram } from '../../scripts/ensure.mjs'

const START_TIMEOUT_MS = 20_000

/** One window of WebKitGTK's MiniBrowser, driven by the WebDriver protocol <https://www.w3.org/TR/webdriver2/>. */
export interface WebKitSession extends PageDriver {
  /** Resolves when the page's load event has fired. */
  goto(url: string): Promise<void>
  /** Evaluates an expression in the page; its value must be JSON. */
  evaluate<T>(expression: string): Promise<T>
  /** A PNG of the viewport. */
  screenshot(): Promise<Buffer>
  /** Takes the window from the screen, which hides the page, or puts it back. */
  minimize(): Promise<void>
  restore(): Promise<void>
  /** Closes the window and ends the driver. */
  close(): Promise<void>
}

/** Opens MiniBrowser on a display: it has no headless mode. Throws when the driver does not start or refuses. */
export async function startWebKit(display: Display): Promise<WebKitSession> {
  const command = findProgram('webkit')
  if (!command) throw new Error('WebKitWebDriver is not installed. Run: node scripts/ensure.mjs webkit')
  const binary = findMiniBrowser()
  const port = await freePort()
  // A process group of its own, so that closing ends MiniBrowser and its helpers too, even after a crash of the driver.
  const driver = spawn(command, ['--host=127.0.0.1', `--port=${port}`], {
    env: display.env,
    stdio: 'ignore',
    detached: true,
  })
  const driverFailed = once(driver, 'error').then(([error]) => {
    throw new Error(`${command} could not be started.`, { cause: error })
  })
  driverFailed.catch(() => {}) // it is raced below; afterwards a failure shows in the next request
  const end = () => {
    if (driver.pid === undefined) return
    try {
      process.kill(-driver.pid, 'SIGKILL')
    } catch {
      // The group has ended by itself.
    }
  }
  process.once('exit', end)
  const send = (method: string, path: string, body?: object) => request(`http://127.0.0.1:${port}${path}`, method, body)

  try {
    await Promise.race([untilReady(send, command), driverFailed])
    const capabilities = { 'webkitgtk:browserOptions': { binary, args: ['--automation'] } }
    const { sessionId } = (await send('POST', '/session', { capabilities: { alwaysMatch: capabilities } })) as {
      sessionId: string
    }
    const session = `/session/${sessionId}`
    const restore = async () => {
      await send('POST', `${session}/window/rect`, { x: 0, y: 0, width: display.width, height: display.height })
    }
    await restore()
    return {
      minimize: async () => void (await send('POST', `${session}/window/minimize`, {})),
      restore,
      goto: async (url) => void (await send('POST', `${session}/url`, { url })),
      evaluate: async <T>(expression: string) =>
        (await send('POST', `${session}/execute/sync`, { script: `return (${expression})`, args: [] })) as T,
      screenshot: async () => Buffer.from((await send('GET', `${session}/screenshot`)) as string, 'base64'),
      async close() {
        await send('DELETE', session).catch(() => {}) // a crashed session is closed already
        process.off('exit', end)
        end()
      },
    }
  } catch (error) {
    process.off('exit', end)
    end()
    throw error
  }
}

async function request(url: string, method: string, body?: object): Promise<unknown> {
  const reply = await fetch(url, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const { value } = (await reply.json()) as { value: unknown }
  if (reply.ok) return value
  const { error, message } = value as { error: string; message: string }
  throw new Error(`WebDriver ${method} ${new URL(url).pathname}: ${error}. ${message}`)
}

async function untilReady(send: (method: string, path: string) => Promise<unknown>, command: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    const isReady = await send('GET', '/status').then(
      () => true,
      () => false,
    )
    if (isReady) return
    await sleep(50)
  }
  throw new Error(`${command} gave no answer within ${START_TIMEOUT_MS} ms. Start it by hand to see why.`)
}

/** Distributions keep it outside PATH, in a folder named after the machine and the library's version. */
function findMiniBrowser(): string {
  const folders = [
    '/usr/lib',
    '/usr/libexec',
    ...readdirSync('/usr/lib', { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [`/usr/lib/${entry.name}`] : [],
    ),
  ]
  const versions = ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0']
  const found = versions
    .flatMap((version) => folders.map((folder) => `${folder}/${version}/MiniBrowser`))
    .find((file) => existsSync(file))
  if (!found)
    throw new Error(
      'MiniBrowser is not installed. Install WebKitGTK (Debian: webkit2gtk-driver brings libwebkit2gtk-4.1-0).',
    )
  return found
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
