import { readFileSync } from 'node:fs'
import type { DemoSwitch } from './demoSwitch.ts'

/** Which file answers which path. */
export const PAGES = {
  '/': 'home',
  '/mortgages': 'mortgages',
  '/cards': 'cards',
  '/savings': 'savings',
  '/article': 'article',
  '/apply': 'apply',
  '/thanks': 'thanks',
  '/login': 'login',
} as const

/** Files that are served as they are, by path, with their media type. */
export const ASSETS = {
  '/bank.css': 'text/css; charset=utf-8',
  '/naive.js': 'text/javascript; charset=utf-8',
  '/demo.js': 'text/javascript; charset=utf-8',
  '/favicon.svg': 'image/svg+xml',
} as const

/** What differs between two requests for the same page. */
export interface PageState {
  /** Stands at the top of the head in place of `<!--unblink-->`. */
  readonly head: string
  /** Stands at the end of the head. @default nothing */
  readonly headEnd?: string
  readonly path: string
  readonly demo: DemoSwitch
  readonly holdings: readonly string[]
}

export const readPageFile = (name: string): string => readFileSync(new URL(`../pages/${name}`, import.meta.url), 'utf8')

/** A page with its parts (`<!--include header.html-->`) put in. Throws when a file is missing. */
export const readPage = (name: string): string =>
  readPageFile(`${name}.html`).replace(/<!--include ([\w.-]+)-->/g, (_, part: string) =>
    readPageFile(`parts/${part}`).trim(),
  )

const markCurrent = (html: string, href: string, current: 'page' | 'true') =>
  html.replaceAll(`href="${href}"`, `href="${href}" aria-current="${current}"`)

/** Fills a page in for one request and cuts it at each `<!--chunk-->`. Replacements are functions: `$` in them means itself. */
export function renderPage(page: string, { head, headEnd = '', path, demo, holdings }: PageState): readonly string[] {
  let html = page.replace('<!--unblink-->', () => head).replace('</head>', () => `${headEnd}</head>`)
  html = markCurrent(html, `?profile=${demo.profile}`, 'true')
  html = markCurrent(html, `?unblink=${demo.unblink}`, 'true')
  html = html.replace(/<ul class="nav">.*?<\/ul>/s, (nav) => markCurrent(nav, path, 'page'))
  if (holdings.length) html = html.replace('data-session="out"', 'data-session="in"')
  html = holdings.reduce((all, product) => all.replace(`value="${product}"`, `value="${product}" checked`), html)
  return html.split('<!--chunk-->')
}
