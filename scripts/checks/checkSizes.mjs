import { existsSync, readFileSync } from 'node:fs'
import { fromRoot } from '../lib/fromRoot.mjs'
import { formatSizes, measure, updateReadme } from '../size.mjs'

/** What ships is within its budget, and the README says how large it is. */
export async function checkSizes() {
  const sizes = await measure()
  const over = sizes.filter(({ brotli, budget }) => brotli > budget)
  const readme = existsSync(fromRoot('README.md')) ? readFileSync(fromRoot('README.md'), 'utf8') : ''
  const updated = updateReadme(readme, sizes)
  const problems = [
    ...(over.length > 0 ? [formatSizes(sizes)] : []),
    ...(updated === undefined ? ['README.md has no <!-- sizes --> and <!-- /sizes --> lines for the size table.'] : []),
    ...(updated !== undefined && updated !== readme ? ['The size table of README.md is out of date.'] : []),
  ]
  return {
    problem: problems.join('\n'),
    fix:
      over.length > 0
        ? `Over budget: ${over.map(({ name, brotli, budget }) => `${name} by ${brotli - budget} B`).join(', ')}. Make it smaller; a budget is raised only with a decision in docs/decisions.`
        : 'Run: node scripts/size.mjs --write-readme',
    note: sizes.map(({ name, brotli }) => `${name} ${brotli} B`).join(', '),
  }
}
