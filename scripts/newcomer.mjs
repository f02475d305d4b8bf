import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { build } from './build.mjs'
import { ensureBrowsers, ensurePackages } from './ensure.mjs'
import { startRegistry } from './install-test/startRegistry.mjs'
import { chromiumArgs } from './lib/chromiumArgs.mjs'
import { ensureFolder } from './lib/ensureFolder.mjs'
import { formatTable } from './lib/formatTable.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { getPublicPackages } from './lib/getPublicPackages.mjs'
import { packPackages } from './lib/packPackages.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runMain } from './lib/runMain.mjs'
import { followGuide } from './newcomer/followGuide.mjs'
import { readGuide } from './newcomer/readGuide.mjs'

/** Who starts with what: the guide and where its explanations begin, the pages its reader opens, and what the last one shows. */
const GUIDES = {
  'script-tag': { file: 'docs/script-tag.md', until: /^## 3\./m, opens: ['', ''], shows: 'Good to see you again' },
  react: { file: 'docs/frameworks/react.md', until: /^## The slot/m, opens: [''], shows: 'Made for you' },
  vue: { file: 'docs/frameworks/vue.md', until: /^## The slot/m, opens: [''], shows: 'Made for you' },
  svelte: { file: 'docs/frameworks/svelte.md', until: /^## The slot/m, opens: [''], shows: 'Made for you' },
  gtm: {
    file: 'docs/gtm.md',
    until: /^## Late/m,
    opens: ['boot.html', 'boot.html', ''],
    shows: 'Boots that last',
    hasContainer: true,
  },
  angular: {
    file: 'docs/frameworks/angular.md',
    until: /^## The slot/m,
    opens: [''],
    shows: 'Made for you',
    slot: 'unblink-slot[name="home.hero"]',
    // Three hundred megabytes that nothing else here needs: only who asks for it by name gets them.
    peers: 'scripts/newcomer/angular',
  },
}

const usage = `
Usage: npm run newcomer [-- NAME...] [--keep] [--json FILE]

Does what the guides in docs say, to the letter, as somebody would who has nothing but them: copies their files into an empty
folder, types their commands, opens the page in Chromium. It must end in a personalised page and stored events. Our packages
come from tarballs, those of others from what is installed here. Names: ${Object.keys(GUIDES).join(', ')}; without one, all
but ${Object.keys(GUIDES)
  .filter((name) => GUIDES[name].peers)
  .join(', ')}, which first installs 300 MB from the network.

  --keep        leave the folders, and say where they are
  --json FILE   also write steps and times there
`

/** Long enough for a batch to leave the page. */
const DELIVERY_MS = 20_000
const READING_MS = 6_000

/**
 * Answers in Google's place with a container that has one tag, made of the template that was installed and filled in as the guide
 * says. It is believed to stand on an https: page, because GTM injects from there alone.
 */
async function playGoogle(context, folder) {
  const slots = [{ name: 'home.hero', selector: '', deadlineMs: '', late: 'fade' }]
  const fields = {
    action: 'start',
    key: 'pk_shop',
    base: '/u',
    slots,
    consent: 'google',
    layers: 'dataLayer',
    debug: false,
  }
  const options = {
    id: 'GTM-XXXX',
    template: readFileSync(path.join(folder, 'node_modules/@unblink/gtm/template.tpl'), 'utf8'),
    tags: [{ name: 'Unblink', on: 'gtm.js', fields }],
    origin: 'https://shop.example',
  }
  const container = readFileSync(fromRoot('examples/gtm-shop/dist/container.js'), 'utf8')
  await context.route('https://www.googletagmanager.com/**', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: `${container}\nstartContainer(${JSON.stringify(options)})` }),
  )
}

async function visit(
  browser,
  { url, opens, shows, hasContainer, folder, slot: selector = '[data-unblink="home.hero"]' },
) {
  const blank = await browser.newPage()
  const userAgent = (await blank.evaluate('navigator.userAgent')).replace('Headless', '')
  await blank.close()
  const context = await browser.newContext({ userAgent })
  const page = await context.newPage()
  const problems = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    // A guide need not bring an icon, which every browser asks for.
    const isIcon = message.location().url.endsWith('/favicon.ico')
    if (['error', 'warning'].includes(message.type()) && !isIcon) problems.push(message.text())
  })
  if (hasContainer) await playGoogle(context, folder)
  for (const [index, address] of opens.entries()) {
    // Who reads a page has been there for a while, and its batch is on its way.
    if (index > 0) await page.waitForTimeout(READING_MS)
    await page.goto(`${url}/${address}`)
  }
  const slot = page.locator(selector)
  await slot.getByText(shows).waitFor({ timeout: 10_000 })
  await page.screenshot({ path: path.join(folder, 'page.png') })
  await page.waitForTimeout(500)
  await slot.getByText(shows).waitFor()
  await page.locator('button').first().click()
  await page.waitForTimeout(READING_MS)
  await context.close()
  return problems
}

async function countEvents(folder) {
  const { default: Database } = await import('libsql')
  const giveUpAt = Date.now() + DELIVERY_MS
  for (;;) {
    const database = new Database(path.join(folder, 'data/unblink.db'))
    const rows = database.prepare('SELECT type, count(*) AS count FROM events GROUP BY type').all()
    database.close()
    const counts = Object.fromEntries(rows.map(({ type, count }) => [type, count]))
    if (counts.exposure && counts.conversion) return counts
    if (Date.now() > giveUpAt)
      throw new Error(`An exposure and a conversion should be stored by now. There are: ${JSON.stringify(counts)}`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

async function run(name, { browser, registry, keep }) {
  const guide = { ...GUIDES[name], ...readGuide(GUIDES[name].file, GUIDES[name].until) }
  const folder = mkdtempSync(path.join(tmpdir(), `unblink-newcomer-${name}-`))
  console.log(`\n${guide.file}: ${guide.files.length} files to copy, ${guide.commands.length} commands`)
  const startedAt = Date.now()
  let server
  try {
    server = await followGuide({
      ...guide,
      folder,
      env: {
        npm_config_registry: `${registry.origin}/`,
        npm_config_cache: path.join(folder, '.npm'),
        npm_config_audit: 'false',
      },
      onStep: (line, ms) => console.log(`${(ms / 1_000).toFixed(1).padStart(7)} s  ${line}`),
    })
    const problems = await visit(browser, { ...guide, url: server.url, folder })
    if (problems.length > 0) throw new Error(`The page complains:\n${problems.join('\n')}`)
    const events = await countEvents(folder)
    const stored = Object.entries(events).map(([type, count]) => `${count} ${type}`)
    console.log(`           the page shows “${guide.shows}”; stored: ${stored.join(', ')}`)
    return {
      guide: name,
      files: guide.files.length,
      commands: guide.commands.length,
      seconds: Math.round((Date.now() - startedAt) / 1_000),
      events,
    }
  } finally {
    await server?.stop()
    if (keep) console.log(`           the folder is ${folder}`)
    else rmSync(folder, { recursive: true, force: true })
  }
}

runMain(import.meta.url, async () => {
  const options = { keep: { type: 'boolean' }, json: { type: 'string' } }
  const { flags, positionals } = parseFlags({ usage, options, positionals: true })
  const unknown = positionals.filter((name) => !(name in GUIDES))
  if (unknown.length > 0)
    throw new Error(`There is no guide ${unknown.join(', ')}. There are: ${Object.keys(GUIDES).join(', ')}.`)
  requireNode()
  await ensurePackages()
  const names = positionals.length > 0 ? positionals : Object.keys(GUIDES).filter((name) => !GUIDES[name].peers)
  const peers = names.flatMap((name) => GUIDES[name].peers ?? [])
  for (const folder of peers) await ensureFolder(folder)
  await build({ say: () => {} })
  const { chromium: executablePath } = await ensureBrowsers(['chromium'])
  const { chromium } = await import('@playwright/test')
  const packages = getPublicPackages()
  const packed = mkdtempSync(path.join(tmpdir(), 'unblink-packed-'))
  const tarballs = await packPackages(
    packages.map(({ manifest }) => manifest.name),
    packed,
  )
  const own = new Map(
    packages.map(({ manifest }) => [manifest.name, { manifest, bytes: tarballs.get(manifest.name).bytes }]),
  )
  const registry = await startRegistry(own, ['', ...peers])
  // One that says what it is would count as a bot, and a bot teaches nothing.
  const args = [...chromiumArgs, '--disable-gpu', '--disable-blink-features=AutomationControlled']
  const browser = await chromium.launch({ executablePath, args })
  const results = []
  try {
    for (const name of names) results.push(await run(name, { browser, registry, keep: flags.keep }))
  } finally {
    await browser.close()
    await registry.close()
    rmSync(packed, { recursive: true, force: true })
  }
  const columns = ['guide', '>files', '>commands', '>seconds', '>events stored']
  const rows = results.map(({ guide, files, commands, seconds, events }) => [
    guide,
    String(files),
    String(commands),
    String(seconds),
    String(Object.values(events).reduce((sum, count) => sum + count, 0)),
  ])
  console.log(`\n${formatTable(columns, rows)}`)
  if (flags.json) {
    mkdirSync(path.dirname(path.resolve(flags.json)), { recursive: true })
    writeFileSync(flags.json, JSON.stringify({ results }, null, 2))
  }
})
