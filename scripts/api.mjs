import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { build } from './build.mjs'
import { ensurePackages } from './ensure.mjs'
import { fromRoot } from './lib/fromRoot.mjs'
import { describeApi, readDeclarations } from './lib/describeApi.mjs'
import { getPublicPackages } from './lib/getPublicPackages.mjs'
import { parseFlags } from './lib/parseFlags.mjs'
import { requireNode } from './lib/requireNode.mjs'
import { runMain } from './lib/runMain.mjs'
import { writeAtomic } from './lib/writeAtomic.mjs'

const FOLDER = 'docs/api'

const usage = `
Usage: npm run api [-- NAME...] [-- --write]

Compares what each published package shows to its users with ${FOLDER}/NAME.md and says what differs; so does npm run check.
NAME is a package without its scope: npm run api -- protocol

  --write   accept: write the reports as they are now
`

/** Lines that only one of two texts has: enough to see what changed, in order. */
function listDifferences(before, after) {
  const only = (these, those, mark) => {
    const left = [...those]
    return these
      .filter((line) => {
        const at = left.indexOf(line)
        if (at >= 0) left.splice(at, 1)
        return at < 0
      })
      .map((line) => `  ${mark} ${line}`)
  }
  const [a, b] = [before.split('\n'), after.split('\n')]
  return [...only(a, b, '-'), ...only(b, a, '+')]
}

/** The reports of these packages (all without names): `{ name, file, text, kept }`, `kept` being what the file holds. */
export async function describePackages(names = []) {
  const { default: ts } = await import('typescript')
  const prettier = await import('prettier')
  const options = await prettier.resolveConfig(fromRoot('README.md'))
  const all = getPublicPackages()
  const program = readDeclarations(ts, all)
  const reports = []
  for (const workspace of all) {
    const name = workspace.folder.split('/').at(-1)
    if (names.length > 0 && !names.includes(name)) continue
    const file = `${FOLDER}/${name}.md`
    const text = await prettier.format(describeApi(ts, workspace, program), { ...options, parser: 'markdown' })
    reports.push({ name, file, text, kept: existsSync(fromRoot(file)) ? readFileSync(fromRoot(file), 'utf8') : '' })
  }
  return reports
}

/** Reports of packages that there are no more. */
const listOrphans = () => {
  const names = getPublicPackages().map(({ folder }) => `${folder.split('/').at(-1)}.md`)
  const files = existsSync(fromRoot(FOLDER)) ? readdirSync(fromRoot(FOLDER)) : []
  return files.filter((file) => !names.includes(file)).map((file) => `${FOLDER}/${file}`)
}

/** What differs from the reports that are kept, as text; empty when nothing does. */
export async function compareApi(names) {
  const changed = (await describePackages(names)).filter(({ text, kept }) => text !== kept)
  return [
    ...changed.flatMap(({ file, text, kept }) => [file, ...listDifferences(kept, text).slice(0, 40)]),
    ...listOrphans().map((file) => `${file} is of no package`),
  ].join('\n')
}

runMain(import.meta.url, async () => {
  const { flags, positionals } = parseFlags({ usage, options: { write: { type: 'boolean' } }, positionals: true })
  requireNode()
  await ensurePackages()
  await build({ say: () => {} })
  if (!flags.write) {
    const problem = await compareApi(positionals)
    console.log(problem || 'Every package shows what its report says.')
    if (problem) process.exitCode = 1
    return
  }
  for (const file of listOrphans()) rmSync(fromRoot(file))
  for (const { file, text } of await describePackages(positionals)) {
    if (writeAtomic(fromRoot(file), text)) console.log(`wrote ${file}`)
  }
})
