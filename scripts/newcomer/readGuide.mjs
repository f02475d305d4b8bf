import { readFileSync } from 'node:fs'
import { fromRoot } from '../lib/fromRoot.mjs'

/** A fence with a file's name behind its language is that file, one of `sh` is what to type. */
const FENCE = /^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm

/**
 * What a guide tells its reader to do: `{ files: [{ name, text }], commands }`, in the guide's order. Only what stands before
 * the heading that matches `until`; below it are explanations.
 */
export function readGuide(file, until) {
  const text = readFileSync(fromRoot(file), 'utf8')
  const end = text.search(until)
  if (end < 0) throw new Error(`${file} has no heading like ${until}: scripts/newcomer has to follow it.`)
  const files = []
  const commands = []
  for (const [, language, name, body] of text.slice(0, end).matchAll(FENCE)) {
    if (name) files.push({ name, text: body })
    else if (language === 'sh') commands.push(...body.split('\n').filter(Boolean))
  }
  return { files, commands }
}
