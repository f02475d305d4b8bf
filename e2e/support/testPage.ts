/** How the test page is to behave; every member can be given in its query. */
export interface PageOptions {
  /** Milliseconds until the profile answers, or `never`. */
  readonly profile?: number | 'never'
  /** Milliseconds between the pieces of the page; the hero's children come in three of them. */
  readonly drip?: number
  /** Without the SDK: swaps when the reply comes, hides nothing. What every probe must catch. */
  readonly unprotected?: boolean
  /** The main thread is stuck this long, right after the hero has been parsed. */
  readonly block?: number
  /** How the hero's variant is delivered. */
  readonly content?: 'html' | 'text' | 'template' | 'attributes'
}

export const BASELINE = [204, 0, 0] as const
export const VARIANT = [0, 170, 0] as const

/** What the probe watches on the test page. */
export const HERO = { hero: { selector: '[data-unblink="hero"]', baseline: BASELINE, variant: VARIANT } }

const rgb = (colour: readonly number[]) => `rgb(${colour.join(',')})`

const STYLE = `
body { margin: 0; font: 16px/1.5 sans-serif }
[data-unblink] { min-height: 300px; display: block }
[data-unblink=promo], [data-unblink=help] { min-height: 60px }
.baseline { height: 100px; background: ${rgb(BASELINE)} }
.variant { height: 300px; background: ${rgb(VARIANT)}; color: #fff }
.tall { height: 2400px; background: #eee }`

/** The variant as the site's configuration holds it. */
export const VARIANT_HTML = '<div class="variant"><h2>Variant</h2><a id="cta" href="/next?secret=1">Go on</a></div>'

const NAIVE = `<script>
addEventListener('DOMContentLoaded', () => fetch('/u/v1/p', { method: 'POST', body: JSON.stringify({
  v: 1, key: 'pk_test', url: location.pathname, referrer: '', slots: { hero: 1 },
  consent: { personalization: 'granted', analytics: 'granted' } }) })
  .then((response) => response.json())
  .then((reply) => { document.querySelector('[data-unblink=hero]').innerHTML = reply.decisions[0].content.html }))
</script>`

/** The pieces of the page, each written by itself. */
export function getPieces(options: PageOptions, head: string): readonly string[] {
  const block = options.block ?? 0
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test page</title>
${options.unprotected ? NAIVE : head}<style>${STYLE}</style></head><body><h1>Test page</h1>
<template id="hero-variant">${VARIANT_HTML}</template>
<section data-unblink="hero"><div class="baseline">One</div>`,
    `<div class="baseline"><a id="baseline-link" href="/next">Two</a></div>`,
    `<div class="baseline">Three</div></section>`,
    block
      ? `<script>{ const end = performance.now() + ${block}; while (performance.now() < end); window.freeAt = performance.now() }</script>`
      : '',
    `<section data-unblink="promo">Promo baseline</section><section data-unblink="help">Help baseline</section>
<form id="form" action="/next"><input name="q" value="typed secret"><button id="send">Send</button></form>
<div class="tall"></div><p>End</p></body></html>`,
  ]
}
