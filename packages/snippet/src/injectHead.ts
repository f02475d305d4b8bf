import { insertFirst } from './insertFirst.ts'
import { renderHead, type HeadOptions } from './renderHead.ts'

/**
 * Puts the snippet and the runtime's tag first into the head of a whole HTML document, or into that part of it which holds
 * the head's start. One that has the same snippet already is answered as it is, so twice is as once.
 */
export function injectHead(document: string, options: HeadOptions): string {
  const { html, script } = renderHead(options)
  return document.includes(script) ? document : insertFirst(document, html)
}
