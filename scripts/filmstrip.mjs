import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { ensureBrowsers, ensurePackages } from './ensure.mjs'
import { becomeInterested } from './filmstrip/becomeInterested.mjs'
import { chooseTimes, findFrame } from './filmstrip/chooseTimes.mjs'
import { classifyFrames } from './filmstrip/classifyFrames.mjs'
import { encodePng } from './filmstrip/encodePng.mjs'
import { quantize } from './filmstrip/quantize.mjs'
import { readColours } from './filmstrip/readColours.mjs'
import { readPixels } from './filmstrip/readPixels.mjs'
import { recordView } from './filmstrip/recordView.mjs'
import { renderFilmstrip, WIDTH } from './filmstrip/renderFilmstrip.mjs'
import { chromiumArgs } from './lib/chromiumArgs.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runMain } from './lib/runMain.mjs'
import { writeAtomic } from './lib/writeAtomic.mjs'

const usage = `
Usage: node scripts/filmstrip.mjs [--profile fast|slow] [--runs N] [--out FILE]

Films the example bank's start page in Chromium, once as a naive swap and once under Unblink, for a visitor who has read
about mortgages, and puts the presented frames side by side into docs/filmstrip.png. Both rows wait the same time for the
profile. Fails when the frames do not show flicker without Unblink, or show any with it.

  --profile NAME  how long the profile's reply is held back: fast (50 ms, the default) or slow (350 ms)
  --runs N        views of each kind, in turns; the one with the median time is shown (5)
  --out FILE      where the picture goes
`

const SLOT = 'home.hero'
const VARIANT = '.banner-mortgage'
/** Classes of the two banners: their backgrounds tell them apart on the screen. */
const BANNERS = { baseline: 'banner banner-home', variant: 'banner banner-mortgage' }
const VIEWPORT = { width: 880, height: 640 }
const MAX_FRAMES = 7
const MAX_BYTES = 300_000

/** The screen before the view's first frame. */
const NO_FRAME = { jpeg: '', shows: [], isBlank: true }

const KINDS = [
  { unblink: 'off', title: 'Without Unblink' },
  { unblink: 'on', title: 'With Unblink' },
]

const say = console.log
const round = Math.round

const importBuilt = (file) => import(pathToFileURL(fromRoot(file)).href)

function parseRuns(text) {
  const runs = Number(text)
  if (Number.isInteger(runs) && runs > 0 && runs < 100) return runs
  throw new Error(`--runs ${text}: give a whole number from 1 to 99.`)
}

/** Throws what a verdict must not say: the picture would then claim what the browser did not do. */
function requireStory({ unblink }, { sequence, flickerMs, final }, { url, cause }) {
  const seen = `${url}: the hero went ${sequence.replaceAll('→', ' → ')}`
  if (final !== 'variant') throw new Error(`${seen}, so it did not end with the variant.`)
  if (unblink === 'off' && flickerMs === 0)
    throw new Error(`${seen}: no flicker in the control, so there is nothing to compare. Is naive.js still served?`)
  if (unblink === 'on' && flickerMs > 0)
    throw new Error(
      `${seen}: the baseline was visible for ${round(flickerMs)} ms under Unblink (revealed by: ${cause}). A timeout is what a busy machine gives: try again. Anything else is a fault.`,
    )
}

async function film({ browser, base, storageState, kind, profile, colours, judge }) {
  // A context of its own: each view starts with an empty cache and the same profile.
  const context = await browser.newContext({ viewport: VIEWPORT, storageState })
  const url = `${base}/?unblink=${kind.unblink}&profile=${profile}`
  const view = await recordView(context, { url, slot: SLOT, variant: VARIANT })
  const page = await context.newPage()
  const looks = await classifyFrames(page, view, colours)
  await context.close()
  const endedAt = looks.at(-1)?.at ?? 0
  const verdict = judge(looks, { source: 'trace', origin: 0, endedAt })
  requireStory(kind, verdict, { url, cause: view.cause })
  const paintedAt = looks.find(({ isBlank }) => !isBlank).at
  const settledAt = verdict.timeline.at(-1).at
  const frames = looks.map((look, index) => ({ ...look, jpeg: view.frames[index].jpeg }))
  return { frames, verdict, paintedAt, settledAt }
}

/** The view whose time is in the middle; of an even number, the later of the two. */
const getMedian = (views) => views.toSorted((a, b) => a.settledAt - b.settledAt)[Math.floor(views.length / 2)]

async function filmAll({ runs, ...options }) {
  const views = new Map(KINDS.map((kind) => [kind, []]))
  // In turns, so that a machine that grows busier does so for both.
  for (let run = 1; run <= runs; run += 1) {
    for (const kind of KINDS) {
      const view = await film({ ...options, kind })
      say(`run ${run} of ${runs}, ${kind.title}: ${describe(view)}`)
      views.get(kind).push(view)
    }
  }
  return KINDS.map((kind) => ({ kind, view: getMedian(views.get(kind)) }))
}

function describe({ verdict: { timeline, flickerMs }, frames, paintedAt }) {
  const states = timeline.map(({ at, state }) => `${state} from ${round(at)} ms`).join(', ')
  return `page painted at ${round(paintedAt)} ms; hero ${states}; wrong for ${round(flickerMs)} ms; ${frames.length} frames`
}

function getState({ shows, isBlank }) {
  if (shows.includes('baseline')) return 'wrong banner'
  if (shows.includes('variant')) return 'right banner'
  return isBlank ? 'nothing yet' : 'no banner yet'
}

function getFact({ verdict: { flickerMs }, settledAt }) {
  const wrong = flickerMs > 0 ? `wrong banner for ${round(flickerMs)} ms` : 'never the wrong banner'
  return `${wrong}, the right one from ${round(settledAt)} ms on`
}

/** The strip's rows. Throws when no chosen frame shows the flicker that was measured. */
function toRows(filmed) {
  const times = chooseTimes({
    paintedAt: Math.min(...filmed.map(({ view }) => view.paintedAt)),
    settledAt: Math.max(...filmed.map(({ view }) => view.settledAt)),
    max: MAX_FRAMES,
  })
  return filmed.map(({ kind, view }) => {
    const cells = times.map((time) => {
      const frame = findFrame(view.frames, time) ?? NO_FRAME
      return { time, jpeg: frame.jpeg, state: getState(frame), isWrong: frame.shows.includes('baseline') }
    })
    const isWrong = view.verdict.flickerMs > 0
    if (isWrong && !cells.some((cell) => cell.isWrong))
      throw new Error('The flicker fell between the frames of the strip. Try again, or --profile slow.')
    return { title: kind.title, fact: getFact(view), isWrong, cells }
  })
}

async function compose(browser, strip) {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 100 } })
  await page.setContent(renderFilmstrip(strip))
  await page.evaluate('Promise.all([...document.images].map((image) => image.decode()))')
  const shot = await page.screenshot({ fullPage: true })
  const { width, height, rgba } = await readPixels(page, shot)
  return encodePng({ width, height, ...quantize(rgba) })
}

async function makeFilmstrip({ browser, base, profile, runs }) {
  const { judge } = await importBuilt('packages/testing/dist/index.js')
  const { PROFILE_DELAYS_MS } = await importBuilt('examples/bank/dist/demoSwitch.js')
  const reader = await browser.newContext({ viewport: VIEWPORT })
  const onProgress = (seconds) => say(`a visitor reads /mortgages: ${seconds} s`)
  await becomeInterested(reader, {
    base,
    key: 'pk_bank_demo',
    path: '/mortgages?visitor=control',
    intent: 'mortgage',
    onProgress,
  })
  // Only the cookie: the profile knows the visitor, this browser remembers no decision, so both rows must wait for the reply.
  const storageState = { cookies: (await reader.storageState()).cookies, origins: [] }
  const colours = await readColours(await reader.newPage(), { stylesheet: `${base}/bank.css`, classes: BANNERS })
  await reader.close()
  const filmed = await filmAll({ browser, base, storageState, profile, runs, colours, judge })
  const note = `Presented frames of Chromium ${browser.version().split('.')[0]}: same visitor, same streamed page, profile reply held back ${PROFILE_DELAYS_MS[profile]} ms in both rows, no throttling. Times count from the start of the navigation.${runs > 1 ? ` Each row is the median of ${runs} views.` : ''}`
  return compose(browser, { rows: toRows(filmed), note, ratio: `${VIEWPORT.width} / ${VIEWPORT.height}` })
}

runMain(import.meta.url, async () => {
  requireNode()
  const options = { profile: { type: 'string' }, runs: { type: 'string' }, out: { type: 'string' } }
  const { flags } = parseFlags({ usage, options })
  const { profile = 'fast', out = fromRoot('docs/filmstrip.png') } = flags
  if (!['fast', 'slow'].includes(profile)) throw new Error(`--profile ${profile}: give fast or slow.`)
  const runs = parseRuns(flags.runs ?? '5')
  await ensurePackages()
  const { chromium: executablePath } = await ensureBrowsers(['chromium'])
  await build({ say })
  const { startBank } = await importBuilt('examples/bank/dist/serve.js')
  const { chromium } = await import('@playwright/test')

  const dataDir = mkdtempSync(path.join(tmpdir(), 'unblink-filmstrip-'))
  const bank = await startBank({ port: 0, dataDir })
  const browser = await chromium.launch({ executablePath, args: [...chromiumArgs, '--disable-gpu'] })
  try {
    const png = await makeFilmstrip({ browser, base: bank.url, profile, runs })
    const file = path.resolve(out)
    if (png.length > MAX_BYTES)
      throw new Error(
        `The picture has ${png.length} bytes, more than ${MAX_BYTES}. Lower MAX_FRAMES in scripts/filmstrip.mjs.`,
      )
    writeAtomic(file, png)
    say(`${path.relative(process.cwd(), file)}: ${WIDTH} px wide, ${png.length} bytes`)
  } finally {
    await browser.close()
    await bank.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
})
