import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Display } from '@unblink/testing'
import { findProgram } from '../../scripts/ensure.mjs'
import { bareChromiumArgs } from '../../scripts/lib/chromiumArgs.mjs'

/** A browser whose pages nobody debugs: a driver attached to a page keeps it visible, and keeps a prerendered one from being shown. */
export interface BareBrowser {
  /** Opens a tab, in front unless it is told to stay behind, and returns its id. */
  open(url: string, isBehind?: boolean): Promise<string>
  /** Brings a tab to the front. */
  show(tab: string): Promise<void>
  close(): Promise<void>
}

/** Opens a window on a display. The browser, not its pages, is spoken to through a pipe <https://chromedevtools.github.io/devtools-protocol/>. */
export async function startBareChromium(display: Display): Promise<BareBrowser> {
  const command = findProgram('chromium')
  if (!command) throw new Error('Chromium is not installed. Run: node scripts/ensure.mjs chromium')
  const profile = await mkdtemp(join(tmpdir(), 'unblink-chromium-'))
  const browser = spawn(
    command,
    [
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      ...bareChromiumArgs,
      '--disable-gpu',
      '--no-default-browser-check',
      '--password-store=basic',
      'about:blank',
    ],
    { env: display.env, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  )
  const input = browser.stdio[3] as Writable // opened as pipes above
  const output = browser.stdio[4] as Readable
  const waiting = new Map<number, (result: { targetId?: string }) => void>()
  let text = ''
  output.on('data', (chunk: Buffer) => {
    const messages = (text + chunk.toString()).split('\0')
    text = messages.pop() ?? ''
    for (const message of messages) {
      const { id, result } = JSON.parse(message) as { id?: number; result?: { targetId?: string } }
      if (id !== undefined) waiting.get(id)?.(result ?? {})
    }
  })
  let lastId = 0
  const send = (method: string, params: object = {}) =>
    new Promise<{ targetId?: string }>((resolve) => {
      waiting.set(++lastId, resolve)
      input.write(JSON.stringify({ id: lastId, method, params }) + '\0')
    })
  return {
    open: async (url, isBehind = false) =>
      (await send('Target.createTarget', { url, background: isBehind })).targetId ?? '',
    show: async (tab) => void (await send('Target.activateTarget', { targetId: tab })),
    async close() {
      const ended = once(browser, 'exit')
      void send('Browser.close')
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
