/** What the slot shows when nothing is done; the style sheet puts it on red, so a screenshot tells it by colour. */
export const BASELINE_HTML = '<span class="baseline">Tents, boots and maps for every kind of weather</span>'

/** What every contender has to show instead, on green. */
export const VARIANT_HTML = '<span class="variant">Back from the coast? Your next walk is 14 km from here</span>'

/** The slot that everyone personalises. */
export const SLOT_SELECTOR = '#headline'

const SENTENCES = [
  'Packed small, dried fast and mended for free as long as you own it.',
  'Tried on wet rock, in deep snow and on one very long staircase.',
  'Our workshop answers the telephone until seven in the evening.',
  'Every seam is numbered, so you can ask who sewed it and when.',
]

const times = (count, render) => Array.from({ length: count }, (_, index) => render(index)).join('\n')
const sentences = (from, count) => times(count, (index) => SENTENCES[(from + index) % SENTENCES.length])

const renderProduct = (index) => `<article class="product p${index % 9}">
<h3><a href="/products/${index}">Item ${1000 + index * 7}</a></h3>
<p>${sentences(index, 3)}</p>
<dl>${times(6, (row) => `<div><dt>Property ${row}</dt><dd>${(index * 13 + row * 5) % 90} units</dd></div>`)}</dl>
<a class="more" href="/products/${index}/more" title="More about item ${1000 + index * 7}">More about it</a></article>`

const renderProducts = (from, count) =>
  `<section class="products">${times(count, (index) => renderProduct(from + index))}</section>`

const renderQuestion = (index) => `<details class="question"><summary>Question number ${index + 1}</summary>
<p>${sentences(index, 5)}</p></details>`

/**
 * The page under test, about 80 KB of HTML, in the pieces that the server sends one after the other. `head` is the
 * contender's markup, first in the head; `headline` is what stands in the slot.
 */
export const renderPage = ({ head = '', headEnd = '', headline = BASELINE_HTML }) => [
  `<!doctype html><html lang="en"><head><meta charset="utf-8">${head}
<title>Walks and tents</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="preload" as="font" type="font/woff2" href="/text.woff2" crossorigin><link rel="stylesheet" href="/page.css">${headEnd}</head>
`,
  `<body><header><a href="/">Walks and tents</a><nav>${times(9, (index) => `<a href="/shelf/${index}">Shelf ${index}</a>`)}</nav></header>
<main><section class="hero"><div class="words"><h1 id="headline">${headline}</h1><p>${sentences(0, 2)}</p>
<a class="button" href="/walks">Find a walk</a></div><img src="/hero.png" width="480" height="320" alt="A ridge"></section>
`,
  `<section class="offer" id="offer"><h2>This week</h2><p>${sentences(2, 3)}</p></section>${renderProducts(0, 34)}
`,
  `${renderProducts(34, 40)}
`,
  `<section class="questions"><h2>Questions</h2>${times(64, renderQuestion)}</section></main>
<footer><p>${sentences(1, 4)}</p></footer></body></html>
`,
]
