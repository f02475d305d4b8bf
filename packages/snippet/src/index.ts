export { renderScript } from './renderScript.ts'
export { renderSnippet, type Snippet } from './renderSnippet.ts'
export { toScriptJson } from './toScriptJson.ts'
