import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { bareChromiumArgs } from '../lib/chromiumArgs.mjs'

/** No first-run pages, no questions after a kill, and nothing asked of anybody but this machine. */
const FIREFOX_PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.newtabpage.enabled': false,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.push.connection.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.startup.max_resumed_crashes': -1,
  'toolkit.telemetry.enabled': false,
}

function findMiniBrowser() {
  const folders = readdirSync('/usr/lib', { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const files = folders.flatMap(({ name }) =>
    ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0'].map((version) => `/usr/lib/${name}/${version}/MiniBrowser`),
  )
  const found = files.find((file) => existsSync(file))
  if (found) return found
  throw new Error('MiniBrowser is not installed. Run: node scripts/ensure.mjs webkit')
}

/** How each engine is started on a profile folder, without a driver: the page itself knows what to do. */
const ENGINES = {
  chromium: ({ program, profileDir, url }) => ({
    command: program,
    args: [
      '--headless=new',
      ...bareChromiumArgs,
      `--user-data-dir=${profileDir}`,
      '--disable-gpu',
      '--no-default-browser-check',
      url,
    ],
  }),
  firefox({ program, profileDir, url }) {
    const lines = Object.entries(FIREFOX_PREFERENCES).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    )
    writeFileSync(`${profileDir}/user.js`, lines.join(''))
    return { command: program, args: ['--headless', '--no-remote', '--profile', profileDir, url] }
  },
  webkit: ({ profileDir, url, display }) => ({
    command: findMiniBrowser(),
    args: [url],
    env: { DISPLAY: display, XDG_DATA_HOME: `${profileDir}/data`, XDG_CACHE_HOME: `${profileDir}/cache` },
  }),
}

/** A group that is killed is gone at once; who has left it (a crash handler) is killed by its number, and then waited for. */
const LEAVE_MS = 2_000
const GONE_MS = 20_000

export const ENGINE_NAMES = Object.keys(ENGINES)

/** Processes that were started with this text among their arguments. */
const findProcesses = (text) =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text)
    } catch {
      return false // it has ended meanwhile
    }
  })

/** @param pid Of a process, or of a group as a negative number. */
function killNow(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/**
 * Opens a page in a browser of its own, the leader of a process group. `kill` ends them all at once, as the kernel does
 * when memory runs out: no handler runs and nothing is flushed. It resolves when the next one may have the profile.
 */
export function openBrowser(engine, setting) {
  mkdirSync(setting.profileDir, { recursive: true })
  const { command, args, env } = ENGINES[engine](setting)
  const child = spawn(command, args, { stdio: 'ignore', detached: true, env: { ...process.env, ...env } })
  const failed = once(child, 'error').then(([error]) => Promise.reject(error))
  const ended = Promise.race([once(child, 'exit'), failed])
  ended.catch(() => {}) // without a browser the ledger hears nothing, which is told there
  const end = () => killNow(-child.pid)
  process.once('exit', end)
  return {
    async kill() {
      end()
      process.off('exit', end)
      await ended
      const startedAt = performance.now()
      for (let left; (left = findProcesses(setting.profileDir)).length > 0; await sleep(10)) {
        const ms = performance.now() - startedAt
        if (ms > GONE_MS)
          throw new Error(`Processes of ${engine} cannot be killed: ${left.join(', ')}. End them by hand.`)
        if (ms > LEAVE_MS) for (const pid of left) killNow(Number(pid))
      }
    },
  }
}
