import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const conditions = ['source', 'module', 'node', 'import', 'default']
const mutant = process.env.MUTANT && JSON.parse(process.env.MUTANT)

/** Many generated inputs each: asked at once only for their own files, else when the others have noticed nothing. */
const SLOW = ['explain', 'template']
  .filter((name) => !mutant?.file.includes(`/${name}/`))
  .map((name) => `src/${name}/**`)
SLOW.push('src/growthbook*.test.ts', 'src/bucket.test.ts', 'src/evaluate.test.ts')

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
    include: ['src/**/*.test.ts'],
    exclude: process.env.MUTANT_TESTS === 'all' ? [] : SLOW,
    bail: 1,
    testTimeout: 100_000,
    // GrowthBook keeps what patterns it has met, so the files that ask it must not share it.
    isolate: process.env.MUTANT_TESTS === 'all',
    fileParallelism: false,
    reporters: ['dot'],
  },
}
