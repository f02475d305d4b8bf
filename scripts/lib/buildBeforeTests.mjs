import { buildSnippet } from '../build.mjs'

/** Vitest's global setup: the snippet's text is a source file that git does not hold. */
export const setup = () => buildSnippet({ say: console.log })
