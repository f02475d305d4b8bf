export { renderSnippet, type Snippet } from './renderSnippet.ts'
