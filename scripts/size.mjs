import { existsSync, readFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { formatTable } from './lib/formatTable.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { runMain } from './lib/runMain.mjs'
import { writeAtomic } from './lib/writeAtomic.mjs'

const usage = `
Usage: node scripts/size.mjs [--write-readme]

Prints what ships to the page beside its budget (scripts/budgets.json), from the files of the last build.
Exit code 1 when something is over its budget.

  --write-readme   put the table between the marks <!-- sizes --> and <!-- /sizes --> of README.md
`

/** A typical site: two slots, one of them with its own late policy. Budgets of the snippet are for this. */
const TWO_SLOTS = {
  key: 'pk_4f1c0a9b',
  base: '/u',
  consent: { personalization: 'granted', analytics: 'granted' },
  slots: { 'home.hero': { late: 'fade' }, 'home.offer': {} },
  // They have a row of their own.
  earlyClicks: false,
}

/** Bytes as they travel: `{ raw, gzip, brotli }` at the strongest settings, as a precompressed file is served. */
export function getSizes(code) {
  const bytes = Buffer.from(code)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  }
}

async function readShipped({ budget, file }) {
  if (!existsSync(fromRoot(file))) throw new Error(`${file} is not built. Run: npm run build`)
  if (budget === 'snippet') return (await import('@unblink/snippet')).renderSnippet(TWO_SLOTS).script
  return readFileSync(fromRoot(file), 'utf8').trim()
}

const readBudgets = () => JSON.parse(readFileSync(fromRoot('scripts/budgets.json'), 'utf8'))

/** The sizes of everything that has a budget: `[{ name, what, raw, gzip, brotli, budget }]`, in bytes. */
export async function measure() {
  const { bundles } = await import('../rollup.config.mjs')
  const budgets = readBudgets()
  return Promise.all(
    bundles
      .filter(({ budget }) => budget)
      .map(async (bundle) => {
        const { what, brotli: budget } = budgets[bundle.budget]
        return { name: bundle.budget, what, ...getSizes(await readShipped(bundle)), budget }
      }),
  )
}

export const formatSizes = (sizes) =>
  formatTable(
    ['what', '>raw', '>gzip', '>brotli', '>budget', ''],
    sizes.map(({ name, raw, gzip, brotli, budget }) => [
      name,
      raw,
      gzip,
      brotli,
      budget,
      brotli > budget ? 'OVER' : 'ok',
    ]),
  )

/** One decimal only, so that the README changes when a size does, not with every commit. */
const toKib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`

const README_BLOCK = /<!-- sizes -->[\s\S]*?<!-- \/sizes -->/

/** The README with its size table brought up to date, or undefined when it has no place for one. */
export function updateReadme(text, sizes) {
  if (!README_BLOCK.test(text)) return undefined
  const rows = sizes.map(({ what, raw, brotli, budget }) => [what, toKib(raw), toKib(brotli), toKib(budget)])
  // Padded as prettier pads a table, so that formatting the README changes nothing.
  const cells = [['what ships to the page', 'minified', 'brotli', 'budget (brotli)'], ...rows]
  const widths = cells[0].map((_, index) => Math.max(...cells.map((row) => row[index].length)))
  const line = (row) =>
    `| ${row.map((cell, index) => (index ? cell.padStart(widths[index]) : cell.padEnd(widths[index]))).join(' | ')} |`
  const rule = `| ${widths.map((width, index) => (index ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`
  const table = [line(cells[0]), rule, ...cells.slice(1).map(line)].join('\n')
  return text.replace(README_BLOCK, () => `<!-- sizes -->\n\n${table}\n\n<!-- /sizes -->`)
}

function writeReadme(sizes) {
  const file = fromRoot('README.md')
  const updated = existsSync(file) ? updateReadme(readFileSync(file, 'utf8'), sizes) : undefined
  if (!updated)
    throw new Error('README.md has no <!-- sizes --> and <!-- /sizes --> lines. Put them where the table belongs.')
  console.log(writeAtomic(file, updated) ? 'README.md: size table written' : 'README.md: size table was up to date')
}

runMain(import.meta.url, async () => {
  const { flags } = parseFlags({ usage, options: { 'write-readme': { type: 'boolean' } } })
  const sizes = await measure()
  console.log(formatSizes(sizes))
  if (flags['write-readme']) writeReadme(sizes)
  if (sizes.some(({ brotli, budget }) => brotli > budget)) process.exitCode = 1
})
