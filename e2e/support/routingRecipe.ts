import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const toPath = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/**
 * The code of a recipe as a reader would copy it: the blocks after ``` and these words, in their order. Each replacement
 * must be found, so that a recipe cannot change under its test.
 */
export async function readRecipe(
  file: string,
  words: string,
  replacements: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const text = await readFile(toPath(`../../docs/recipes/${file}`), 'utf8')
  const blocks = text
    .split(/^```/m)
    .filter((_, index) => index % 2)
    .filter((block) => block.startsWith(`${words}\n`))
    .map((block) => block.slice(words.length + 1))
  if (blocks.length === 0) throw new Error(`docs/recipes/${file} has no block \`\`\`${words}. Which one is to be run?`)
  return Object.entries(replacements).reduce((all, [from, to]) => {
    if (!all.some((block) => block.includes(from)))
      throw new Error(`docs/recipes/${file}: no block \`\`\`${words} holds ${from}, which this test replaces.`)
    return all.map((block) => block.replaceAll(from, to))
  }, blocks)
}

/** Runs a recipe's code as a module of its own and gives what it exports; `more` is appended, to export what it only makes. */
export async function runRecipe<T>(code: string, more = ''): Promise<T> {
  // Beside the specs, so that the packages which the recipe imports are found.
  const results = toPath('../results')
  await mkdir(results, { recursive: true })
  const file = join(await mkdtemp(join(results, 'recipe-')), 'recipe.mjs')
  await writeFile(file, code + more)
  return (await import(pathToFileURL(file).href)) as T
}
