import { buildSnippet } from '../build.mjs'
import { bundleCli } from './bundleCli.mjs'

/** Vitest's global setup: what git does not hold, made anew before each run, so that nothing of it is stale. */
export async function setup(project) {
  await buildSnippet({ say: console.log })
  await bundleCli()
  project.onTestsRerun(bundleCli)
}
