import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const conditions = ['source', 'module', 'node', 'import', 'default']
const isLast = process.env.MUTANT_TESTS === 'all'
const mutant = process.env.MUTANT && JSON.parse(process.env.MUTANT)

/** The entry that the fault is in, if it is one that no other file uses: then its own tests are all that can notice. */
const [, entry] = mutant?.file.match(/\/src\/(explain|rank|template)\//) ?? []

/** Many generated inputs each: asked only when the others have noticed nothing. */
const SLOW = ['src/{explain,template}/**', 'src/growthbook*.test.ts', 'src/bucket.test.ts', 'src/evaluate.test.ts']

/** Puts the fault into the one file that has it; nothing is written to disk. */
const plugin = {
  name: 'mutant',
  enforce: 'pre',
  load(id) {
    if (id.split('?')[0] !== mutant?.file) return undefined
    const source = readFileSync(mutant.file, 'utf8')
    return source.slice(0, mutant.start) + mutant.text + source.slice(mutant.end)
  },
}

export default {
  root: fileURLToPath(new URL('..', import.meta.url)),
  plugins: [plugin],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [entry ? `src/${entry}/*.test.ts` : 'src/**/*.test.ts'],
    exclude: entry || isLast ? [] : SLOW,
    // Those of an entry have all been asked the first time.
    ...(entry && isLast && { include: [], passWithNoTests: true }),
    bail: 1,
    testTimeout: 100_000,
    // GrowthBook keeps what patterns it has met, so the files that ask it must not share it.
    isolate: isLast,
    fileParallelism: false,
    reporters: ['dot'],
  },
}
