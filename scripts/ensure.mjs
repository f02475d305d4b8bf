import { existsSync, readFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { findOnPath } from './lib/findOnPath.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runMain } from './lib/runMain.mjs'
import { runShowingProgress } from './lib/runShowingProgress.mjs'

// Node's own modules only: this runs before node_modules exists.

const usage = `
Usage: node scripts/ensure.mjs [packages] [chromium] [firefox] [webkit] [xvfb] [nginx] [caddy] [openssl] [nats]

Installs what is missing and says where things are. Without names: the packages and chromium, firefox, webkit, xvfb. The
specs of the recipes run against nginx and caddy where these are installed, and say so where they are not; the tests of a
cluster need nats (nats-server).
A browser that is already installed is used first: CHROME_PATH, FIREFOX_PATH or WEBKIT_DRIVER_PATH if set, then the
usual names on PATH. Then apt (as root), then Playwright's own download.

  --find    only say what is there, install nothing
`

const programs = {
  chromium: {
    env: 'CHROME_PATH',
    names: [
      'chromium',
      'chromium-browser',
      'google-chrome',
      'google-chrome-stable',
      'chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    apt: ['chromium', 'fonts-liberation'],
    playwright: 'chromium',
  },
  firefox: {
    env: 'FIREFOX_PATH',
    names: ['firefox-esr', 'firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'],
    apt: ['firefox-esr'],
    playwright: 'firefox',
  },
  webkit: { env: 'WEBKIT_DRIVER_PATH', names: ['WebKitWebDriver'], apt: ['webkit2gtk-driver'], playwright: 'webkit' },
  xvfb: { env: 'XVFB_PATH', names: ['Xvfb'], apt: ['xvfb'] },
  // Servers, which start by themselves where they are installed: on a developer's machine only when they are asked for.
  nginx: { env: 'NGINX_PATH', names: ['nginx', '/usr/sbin/nginx'], apt: ['nginx-light'], isOptional: true },
  caddy: { env: 'CADDY_PATH', names: ['caddy'], apt: ['caddy'], isOptional: true },
  openssl: { env: 'OPENSSL_PATH', names: ['openssl'], apt: ['openssl'], isOptional: true },
  nats: {
    env: 'NATS_SERVER_PATH',
    names: ['nats-server', '/usr/sbin/nats-server'],
    apt: ['nats-server'],
    isOptional: true,
  },
}

export const PROGRAM_NAMES = Object.keys(programs)

// Ubuntu puts a shell script in the place of chromium and firefox that only tells to install a snap.
const isStandIn = (file) => {
  const { stdout, status } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000 })
  return status !== 0 || !/\d+\.\d+/.test(stdout)
}

/**
 * The path of an installed `chromium`, `firefox`, `webkit` (its WebDriver), `xvfb`, `nginx`, `caddy`, `openssl` or `nats`; undefined when there is none.
 * Throws when the variable that names it points nowhere.
 */
export function findProgram(name) {
  const { env, names } = programs[name]
  const named = process.env[env]
  if (named) {
    if (existsSync(named)) return named
    throw new Error(`${env} is ${named}, and there is no such file. Correct it or unset it.`)
  }
  const found = findOnPath(names)
  const canBeStandIn = name === 'chromium' || name === 'firefox'
  return found && !(canBeStandIn && isStandIn(found)) ? found : undefined
}

/** Does node_modules hold exactly what the lock file says for this platform? Compared by content: time stamps lie after a checkout. */
export function arePackagesCurrent(folder = fromRoot()) {
  const read = (name) => {
    try {
      return JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')).packages
    } catch {
      return undefined
    }
  }
  const locked = read('package-lock.json')
  const installed = read('node_modules/.package-lock.json')
  if (!locked || !installed) return false
  const isSame = (place) =>
    locked[place]?.version === installed[place]?.version && !!locked[place] === !!installed[place]
  const isRequired = ([place, { optional, devOptional, link }]) =>
    place.includes('node_modules/') && !optional && !devOptional && !link
  // A workspace that is new since the last installation has no link yet.
  const isLinked = ([place, { link }]) => !link || existsSync(`${folder}/${place}`)
  return (
    Object.keys(installed).every(isSame) &&
    Object.entries(locked).every(isLinked) &&
    Object.entries(locked)
      .filter(isRequired)
      .every(([place]) => isSame(place))
  )
}

/** Installs the packages of the lock file unless they are there. Throws when that fails. */
export async function ensurePackages() {
  if (arePackagesCurrent()) return
  // The npm that started this command, so that one installed under another name or version is not mixed in.
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js')
    ? [process.execPath, [process.env.npm_execpath]]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []]
  const args = [...npm[1], 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  if (await runShowingProgress('installing packages (npm ci)', npm[0], args)) return
  throw new Error(
    'The packages could not be installed; npm says why above. Is the network up, and does the lock file fit package.json?',
  )
}

const getPlaywrightPath = async (name) => {
  try {
    const playwright = await import('playwright')
    const file = playwright.default[name].executablePath()
    return existsSync(file) ? file : undefined
  } catch {
    return undefined // no packages yet, or no build for this platform
  }
}

/** Where each program is, `undefined` where it is not: an installed one first, then Playwright's own. */
export async function findBrowsers(names) {
  const found = {}
  for (const name of names) {
    const { playwright } = programs[name]
    found[name] = findProgram(name) ?? (playwright && (await getPlaywrightPath(playwright)))
  }
  return found
}

const isNeeded = (name) => name !== 'xvfb' || process.platform === 'linux'

async function installByApt(names) {
  const isRoot = process.getuid?.() === 0
  if (!isRoot || !findOnPath(['apt-get'])) return
  const packages = [...new Set(names.flatMap((name) => programs[name].apt))]
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const wait = ['-o', 'DPkg::Lock::Timeout=300']
  await runShowingProgress('apt-get update', 'apt-get', [...wait, 'update'], { env })
  const args = [...wait, 'install', '-y', '--no-install-recommends', ...packages]
  await runShowingProgress(`installing ${packages.join(', ')}`, 'apt-get', args, { env })
}

async function installByPlaywright(names) {
  const cli = fromRoot('node_modules/playwright/cli.js')
  if (!existsSync(cli)) return
  for (const name of names) {
    const { playwright } = programs[name]
    if (!playwright) continue
    const args = [cli, 'install', '--with-deps', playwright]
    await runShowingProgress(`downloading Playwright's ${playwright}`, process.execPath, args)
  }
}

/**
 * Makes sure that the named programs (`chromium firefox webkit xvfb`) are there and returns their paths. Installs only
 * what is missing, and says so. Throws a plain message naming what could not be had and how to mend it.
 */
export async function ensureBrowsers(names) {
  const wanted = names.filter(isNeeded)
  const listMissing = async () => {
    const found = await findBrowsers(wanted)
    return wanted.filter((name) => !found[name])
  }
  for (const install of [installByApt, installByPlaywright]) {
    const missing = await listMissing()
    if (missing.length === 0) break
    await install(missing)
  }
  const missing = await listMissing()
  if (missing.length === 0) return findBrowsers(wanted)
  const ways = missing.map((name) => `set ${programs[name].env}, or install ${programs[name].apt.join(' ')}`)
  throw new Error(
    `Not found and not installable from here: ${missing.join(', ')}. By hand: ${ways.join('; ')} (on Debian and Ubuntu: apt-get install NAME, as root).`,
  )
}

/**
 * The same for what the tests can do without: what cannot be had is told, with how to mend it, and left out. The tests that
 * need it then count as skipped.
 */
export async function ensureIfPossible(names) {
  try {
    return await ensureBrowsers(names)
  } catch (error) {
    console.log(`${error.message} The tests that need it are skipped.`)
    return findBrowsers(names)
  }
}

async function main() {
  requireNode()
  const options = { find: { type: 'boolean' } }
  const { flags, positionals } = parseFlags({ usage, options, positionals: true })
  const known = ['packages', ...PROGRAM_NAMES]
  const unknown = positionals.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(', ')}. There are: ${known.join(', ')}.`)
  const names = positionals.length > 0 ? positionals : known.filter((name) => !programs[name]?.isOptional)
  const browsers = names.filter((name) => name !== 'packages')
  if (names.includes('packages') && !flags.find) await ensurePackages()
  const found = flags.find ? await findBrowsers(browsers) : await ensureBrowsers(browsers)
  if (names.includes('packages')) console.log(`packages  ${arePackagesCurrent() ? 'installed' : 'not installed'}`)
  for (const name of browsers) console.log(`${name.padEnd(8)}  ${found[name] ?? 'not found'}`)
}

runMain(import.meta.url, main)
