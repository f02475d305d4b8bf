import { findHeadEnd } from './findHeadEnd.ts'
import { insertFirst } from './insertFirst.ts'
import { renderHead, type HeadOptions } from './renderHead.ts'

/**
 * Puts the snippet first into the head of a whole HTML document and the runtime's tag last, or both first into that part of it
 * which holds the head's start only. One that has the same snippet already is answered as it is, so twice is as once.
 */
export function injectHead(document: string, options: HeadOptions): string {
  const { html, script, snippetHtml, runtimeHtml } = renderHead(options)
  if (document.includes(script)) return document
  const page = insertFirst(document, snippetHtml)
  const end = findHeadEnd(page, page.indexOf(snippetHtml) + snippetHtml.length)
  return end === undefined ? insertFirst(document, html) : `${page.slice(0, end)}${runtimeHtml}\n${page.slice(end)}`
}
