import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Display } from '@unblink/testing'
import { findProgram } from '../../scripts/ensure.mjs'
import type { BareBrowser } from './bareChromium.ts'

/** A page may open tabs, behind it, and bring them to the front. All but loopback goes to a proxy that is not there. */
const PREFERENCES = {
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.tabs.loadDivertedInBackground': true,
  'datareporting.policy.dataSubmissionPolicyBypassNotification': true,
  'dom.disable_open_during_load': false,
  'dom.disable_window_flip': false,
  'network.proxy.http': '127.0.0.1',
  'network.proxy.http_port': 9,
  'network.proxy.no_proxies_on': '127.0.0.1, localhost',
  'network.proxy.share_proxy_settings': true,
  'network.proxy.ssl': '127.0.0.1',
  'network.proxy.ssl_port': 9,
  'network.proxy.type': 1,
}

/** Asks for one order after the other, and carries it out. Runs in the page from which the tabs are opened. */
async function obey(): Promise<void> {
  const tabs: (Window | null)[] = []
  for (;;) {
    const order = (await (await fetch('order')).json()) as { open?: string; show?: number }
    if (order.open) tabs.push(open(order.open))
    if (order.show !== undefined) tabs[order.show]?.focus()
  }
}

/** Opens a window on a display. Nobody drives it: its first page opens the tabs and shows them, as any page may here. */
export async function startBareFirefox(display: Display): Promise<BareBrowser> {
  const command = findProgram('firefox')
  if (!command) throw new Error('Firefox is not installed. Run: node scripts/ensure.mjs firefox')
  const orders: object[] = []
  let asking: ServerResponse | undefined
  const hand = () => {
    if (asking && orders.length > 0) asking.end(JSON.stringify(orders.shift()))
    else return
    asking = undefined
  }
  const give = (order: object) => {
    orders.push(order)
    hand()
  }
  const site = createServer((request, response) => {
    if (request.url !== '/order')
      return response.writeHead(200, { 'content-type': 'text/html' }).end(`<script>(${obey.toString()})()</script>`)
    asking = response
    hand()
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  const first = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
  const profile = await mkdtemp(join(tmpdir(), 'unblink-firefox-'))
  const lines = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify([name, value]).slice(1, -1)});`,
  )
  await writeFile(join(profile, 'user.js'), lines.join('\n'))
  const browser = spawn(command, ['--no-remote', '--new-instance', '--profile', profile, first], {
    env: display.env,
    stdio: 'ignore',
  })
  let count = 0
  return {
    async open(url, isBehind = false) {
      give({ open: url })
      if (!isBehind) give({ show: count })
      return String(count++)
    },
    show: async (tab) => give({ show: Number(tab) }),
    async close() {
      const ended = once(browser, 'exit')
      browser.kill()
      await ended
      site.closeAllConnections()
      await new Promise((resolve) => site.close(resolve))
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
