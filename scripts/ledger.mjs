import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatMachine, getLoad, getMachine } from '../bench/lib/getMachine.mjs'
import { build } from './build.mjs'
import { ensureBrowsers, ensurePackages } from './ensure.mjs'
import { getUpperBound } from './lib/getUpperBound.mjs'
import { ENGINE_NAMES, openBrowser } from './ledger/openBrowser.mjs'
import { startCollector } from './ledger/startCollector.mjs'
import { startLedger } from './ledger/startLedger.mjs'
import { formatTable } from './lib/formatTable.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runMain } from './lib/runMain.mjs'
import { startDisplay } from './lib/startDisplay.mjs'
import { writeAtomic } from './lib/writeAtomic.mjs'

const RESULT = 'bench/results/ledger.json'

const usage = `
Usage: npm run ledger [-- --engine chromium,firefox,webkit] [-- --kills N] [-- --collector-kills N] [-- --json FILE]

Kills real browsers, and the real collector, with SIGKILL at random moments while a page tracks events, and compares what
track() said was durable, as this process has heard it, with what the collector's database file then holds. A loss is a
kill after which a durable event is missing. Linux only. A kill takes about 3 seconds. Exit code 1 when anything was lost
or stored twice.

  --engine LIST        of ${ENGINE_NAMES.join(', ')}; default chromium. webkit is WebKitGTK, which is not Safari
  --kills N            of the browser, in each engine; default 20
  --collector-kills N  of the collector, in each engine, while the browser stays; default 0
  --json FILE          write the results there instead of ${RESULT}
`

const FIRST_WORD_MS = 60_000
const DRAIN_MS = 180_000
/** In turn: batches are not heard of, are stored but not acknowledged, are answered. The queue is bounded, so it must empty. */
const MODES = ['cut', 'mute', 'answer', 'answer']

function readCount(flags, name, otherwise) {
  const value = Number(flags[name] ?? otherwise)
  if (Number.isInteger(value) && value >= 0) return value
  throw new Error(`--${name} ${flags[name]}: give a whole number.`)
}

async function killBrowsers({ kills, open, collector, ledger, say }) {
  for (let round = 1; round <= kills; round++) {
    collector.setMode(MODES[round % MODES.length])
    const whenHeard = ledger.whenHeard(round, FIRST_WORD_MS)
    const browser = open(`?round=${round}&every=5`)
    try {
      await whenHeard
      await sleep(Math.random() * 1_000)
    } finally {
      await browser.kill()
    }
    if (round % 10 === 0) say(`${round} of ${kills} kills, ${ledger.entries.size} durable events`)
  }
  collector.setMode('answer')
}

async function killCollectors({ kills, open, collector, ledger, say }) {
  if (kills === 0) return
  const whenHeard = ledger.whenHeard('c', FIRST_WORD_MS)
  const browser = open('?round=c&every=50')
  try {
    await whenHeard
    for (let kill = 1; kill <= kills; kill++) {
      await sleep(200 + Math.random() * 1_500)
      await collector.kill()
      await sleep(Math.random() * 300)
      await collector.start()
      if (kill % 10 === 0) say(`${kill} of ${kills} kills of the collector, ${ledger.entries.size} durable events`)
    }
  } finally {
    await browser.kill()
  }
}

/** Waits until a page that only delivers has brought all in, or for long enough. */
async function deliver({ open, collector, ledger }) {
  const getLost = () => {
    const stored = new Set(collector.readEntries())
    return [...ledger.entries].filter((entry) => !stored.has(entry))
  }
  const browser = open('')
  try {
    let lost = getLost()
    for (const end = Date.now() + DRAIN_MS; lost.length > 0 && Date.now() < end; lost = getLost()) await sleep(500)
    return lost
  } finally {
    await browser.kill()
  }
}

async function runEngine({ engine, program, display, kills, collectorKills, say }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'unblink-ledger-'))
  const startedAt = Date.now()
  // Whatever has begun is ended, also when what comes after it fails: else this command would never end.
  const closing = [() => rm(folder, { recursive: true, force: true, maxRetries: 5 })]
  try {
    const ledger = await startLedger()
    closing.unshift(() => ledger.close())
    const collector = await startCollector(path.join(folder, 'data'), ledger.url)
    closing.unshift(() => collector.kill())
    const profileDir = path.join(folder, 'profile')
    const open = (query) => openBrowser(engine, { program, display, profileDir, url: collector.url + query })
    const tools = { open, collector, ledger, say: (text) => say(`  ${engine}: ${text}`) }
    await killBrowsers({ ...tools, kills })
    await killCollectors({ ...tools, kills: collectorKills })
    say(`  ${engine}: everything is brought in`)
    const lost = await deliver(tools)
    const entries = collector.readEntries()
    const rounds = new Set(lost.map((entry) => entry.split('.')[0]))
    const isOfCollector = (entry) => entry.startsWith('c.')
    const withLoss = [...rounds].filter((round) => round !== 'c').length
    return {
      engine,
      kills,
      killsWithLoss: withLoss,
      upperBound: getUpperBound(withLoss, kills),
      collectorKills,
      lostWithCollector: lost.filter(isOfCollector).length,
      durable: ledger.entries.size,
      lost: lost.length,
      storedTwice: entries.length - new Set(entries).size,
      storedUnheard: entries.filter((entry) => !ledger.entries.has(entry)).length,
      seconds: Math.round((Date.now() - startedAt) / 1_000),
    }
  } finally {
    for (const close of closing) await Promise.resolve(close()).catch((error) => say(`  ${engine}: ${error.message}`))
  }
}

const COLUMNS = [
  'engine',
  '>kills',
  '>with a loss',
  '>upper 95 %',
  '>of the collector',
  '>durable events',
  '>lost',
  '>stored twice',
  '>seconds',
]

runMain(import.meta.url, async () => {
  requireNode()
  const { flags } = parseFlags({
    usage,
    options: {
      engine: { type: 'string', default: 'chromium' },
      kills: { type: 'string' },
      'collector-kills': { type: 'string' },
      json: { type: 'string' },
    },
  })
  if (process.platform !== 'linux') throw new Error('The ledger finds the processes of a browser in /proc: Linux only.')
  const engines = flags.engine.split(',')
  const unknown = engines.filter((engine) => !ENGINE_NAMES.includes(engine))
  if (unknown.length > 0)
    throw new Error(`--engine: there is no ${unknown.join(', ')}. There are: ${ENGINE_NAMES.join(', ')}.`)
  const kills = readCount(flags, 'kills', 20)
  const collectorKills = readCount(flags, 'collector-kills', 0)
  await ensurePackages()
  await build()
  const programs = await ensureBrowsers([...engines, ...(engines.includes('webkit') ? ['xvfb'] : [])])
  // Browsers are in groups of their own, which no Ctrl-C reaches: they end with this process, but only when it ends by itself.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])
    process.once(signal, () => process.exit(code))
  const screen = engines.includes('webkit') ? await startDisplay() : undefined
  const before = getLoad()
  const results = []
  try {
    for (const engine of engines) {
      const display = screen?.display ?? process.env.DISPLAY
      const setting = { engine, program: programs[engine], display, kills, collectorKills, say: console.log }
      results.push(await runEngine(setting))
    }
  } finally {
    screen?.stop()
  }
  const load = { before, after: getLoad() }
  const versions = Object.fromEntries(
    engines.filter((engine) => engine !== 'webkit').map((name) => [name, programs[name]]),
  )
  const machine = getMachine(versions)
  const rows = results.map((row) => [
    row.engine,
    String(row.kills),
    String(row.killsWithLoss),
    `${(row.upperBound * 100).toFixed(1)} %`,
    String(row.collectorKills),
    String(row.durable),
    String(row.lost),
    String(row.storedTwice),
    String(row.seconds),
  ])
  console.log(`\n${formatMachine(machine, load)}\n\n${formatTable(COLUMNS, rows)}\n`)
  const file = path.resolve(flags.json ?? fromRoot(RESULT))
  writeAtomic(file, `${JSON.stringify({ at: new Date().toISOString(), machine, load, results }, null, 2)}\n`)
  console.log(`written to ${path.relative(process.cwd(), file)}`)
  if (results.some(({ lost, storedTwice }) => lost + storedTwice > 0)) process.exitCode = 1
})
